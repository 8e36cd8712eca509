import { revisionDetails } from './fleet-changes.ts';
import {
  type CommandStep,
  type CommandsGroupStep,
  type FleetPlan,
  variableKey,
  type WantedCommand,
} from './fleet-steps.ts';
import { joinHostsGroupAll, leaveHostsGroupAll } from './hosts-group-membership.ts';
import type { Author } from './operators/actor.ts';
import type { CommandRevision, Host, Tables } from './ports.ts';

type Circumstances = {
  readonly now: number;
  readonly by: Author;
  /** One for each command that the file names, in its order. */
  readonly jobIds: readonly string[];
};

/** Carries out a plan that was made in this same transaction. */
export async function executePlan(
  tables: Tables,
  plan: FleetPlan,
  circumstances: Circumstances,
): Promise<PlanIds> {
  // From the outside in: commands stand in groups that are meant for hosts, and go before what they stand in.
  const hostsGroupIds = await putHostsGroups(tables, plan);
  await putSettings(tables, plan);
  const variableIds = await putVariables(tables, plan, circumstances);
  const commandsGroupIds = await putCommandsGroups(tables, plan, hostsGroupIds);
  const ids = { hostsGroupIds, commandsGroupIds, variableIds };
  const commandIds = await putCommands(tables, plan, ids, circumstances);
  await removeTheRest(tables, plan);
  return { ...ids, commandIds };
}

/** What everything that stays is found by. */
export type PlanIds = {
  readonly hostsGroupIds: Ids;
  readonly commandsGroupIds: Ids;
  readonly variableIds: Ids;
  /** Of each command, in the order of the plan. */
  readonly commandIds: readonly (number | undefined)[];
};

/** Ids by the names that things are to have; variables by `category/name`. */
type Ids = ReadonlyMap<string, number>;

async function putHostsGroups(tables: Tables, plan: FleetPlan): Promise<Ids> {
  const ids = new Map<string, number>();
  for (const { former, wanted, joining, leaving } of plan.hostsGroups) {
    if (!wanted) continue;
    const group = former ?? (await tables.hostsGroups.add(wanted.name, wanted.isActive));
    if (former) await tables.hostsGroups.change(former.id, differing(former, wanted));
    ids.set(wanted.name, group.id);
    const idsOf = (hosts: readonly Host[]) => hosts.map(({ id }) => id);
    await leaveHostsGroupAll(tables, group.id, idsOf(leaving));
    await joinHostsGroupAll(tables, group.id, idsOf(joining));
  }
  return ids;
}

async function putSettings(tables: Tables, plan: FleetPlan): Promise<void> {
  for (const { former, wanted } of plan.settings) {
    if (wanted && !isSame(former, wanted)) await tables.settings.put(wanted);
  }
}

async function putVariables(tables: Tables, plan: FleetPlan, { now, by }: Circumstances): Promise<Ids> {
  const setBy = setterOf(by);
  const ids = new Map<string, number>();
  for (const { former, wanted, values } of plan.variables) {
    if (!wanted) continue;
    const { id } = former ?? (await tables.variables.add(wanted.category, wanted.name));
    ids.set(variableKey(wanted), id);
    for (const { host, wanted: value } of values) {
      await tables.variables.setValue({ variableId: id, hostId: host.id, value, setAt: now, setBy });
    }
  }
  return ids;
}

async function putCommandsGroups(tables: Tables, plan: FleetPlan, hostsGroupIds: Ids): Promise<Ids> {
  const ids = new Map<string, number>();
  for (const { former, wanted } of plan.commandsGroups) {
    if (!wanted) continue;
    const { hostsGroup, ...rest } = wanted;
    const row = { ...rest, hostsGroupId: idOf(hostsGroupIds, hostsGroup) };
    const { id } = former ?? (await tables.commandsGroups.add(row));
    if (former) await tables.commandsGroups.change(id, differing(former, row));
    ids.set(wanted.name, id);
  }
  return ids;
}

/** Whom a value or a revision names as the one who set it. */
export function setterOf({ kind, name }: Author): string {
  return kind === 'local' ? 'apply' : `operator ${name}`;
}

async function putCommands(
  tables: Tables,
  plan: FleetPlan,
  ids: Omit<PlanIds, 'commandIds'>,
  { now, by, jobIds }: Circumstances,
): Promise<PlanIds['commandIds']> {
  const commandIds: (number | undefined)[] = [];
  const groups = new Map(plan.commandsGroups.map((step) => [step.wanted?.name, step]));
  for (const [index, step] of plan.commands.entries()) {
    const { former, wanted } = step;
    const group = groups.get(wanted?.commandsGroup);
    if (!wanted || !group?.wanted) {
      commandIds.push(undefined);
      continue;
    }
    const placed = { ...placedIn(wanted), commandsGroupId: idOf(ids.commandsGroupIds, wanted.commandsGroup) };
    const revision = revisionOf(wanted, ids.variableIds);
    let wireNumber = former?.id;
    if (wireNumber === undefined) {
      wireNumber = await tables.commands.add(
        { ...placed, ...revision, jobId: jobIdOf(jobIds, index) },
        now,
        setterOf(by),
      );
    } else if (former) {
      await tables.commands.change(wireNumber, differing(former, placed));
      if (step.standing && revisionDetails(step.standing, wanted).length > 0) {
        await tables.commands.revise(wireNumber, revision, now, setterOf(by));
      }
    }
    if (isMeantForOthers(step, group, plan)) {
      await tables.pending.resetForCommand(wireNumber, idOf(ids.hostsGroupIds, group.wanted.hostsGroup));
    }
    commandIds.push(wireNumber);
  }
  return commandIds;
}

function placedIn({ name, description, position, isActive }: WantedCommand) {
  return { name, description, position, isActive };
}

function revisionOf(wanted: WantedCommand, variableIds: Ids): CommandRevision {
  const { interpreter, timeoutSeconds, attempts, program, settings, variables, outputVariables } = wanted;
  return {
    interpreter,
    timeoutSeconds,
    attempts,
    program,
    settings,
    variables: variables.map((key) => ({
      name: key.slice(key.indexOf('/') + 1),
      variableId: idOf(variableIds, key),
    })),
    outputVariables: outputVariables.map((key) => idOf(variableIds, key)),
  };
}

/** A new command, or one whose hosts are now others: of its hosts, those that have not run it are to run it. */
function isMeantForOthers(
  { former, standing }: CommandStep,
  group: CommandsGroupStep,
  plan: FleetPlan,
): boolean {
  if (!former || !standing) return true;
  const before = plan.commandsGroups.find((step) => step.former?.id === former.commandsGroupId);
  return before?.standing?.hostsGroup !== group.wanted?.hostsGroup;
}

async function removeTheRest(tables: Tables, plan: FleetPlan): Promise<void> {
  const gone = <Former>(steps: readonly { former: Former | undefined; wanted: unknown }[]) =>
    steps.flatMap(({ former, wanted }) => (former !== undefined && !wanted ? [former] : []));
  for (const { id } of gone(plan.commands)) await tables.commands.remove(id);
  for (const { id } of gone(plan.commandsGroups)) await tables.commandsGroups.remove(id);
  for (const { id } of gone(plan.variables)) await tables.variables.remove(id);
  for (const { name } of gone(plan.settings)) await tables.settings.remove(name);
  for (const { id } of gone(plan.hostsGroups)) await tables.hostsGroups.remove(id);
}

/** Those members of what is wanted that are not so yet. */
function differing<Row extends object>(former: Row, wanted: Partial<Row>): Partial<Row> {
  const entries = Object.entries(wanted).filter(([key, value]) => former[key as keyof Row] !== value);
  return Object.fromEntries(entries) as Partial<Row>;
}

function isSame<Row extends object>(former: Row | undefined, wanted: Row): boolean {
  return former !== undefined && Object.keys(differing(former, wanted)).length === 0;
}

function idOf(ids: Ids, name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`The plan names "${name}", which is nowhere in it.`);
  return id;
}

function jobIdOf(jobIds: readonly string[], index: number): string {
  const id = jobIds[index];
  if (id === undefined) throw new Error('There are fewer job ids than commands.');
  return id;
}
