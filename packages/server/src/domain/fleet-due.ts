import type { Interpreter } from '@remotes/protocol/values/interpreter';
import { currentDefinitions } from './definitions.ts';
import type { CommandStep, CommandsGroupStep, FleetPlan, HostsGroupStep } from './fleet-steps.ts';
import { runsOnV1 } from './offer.ts';
import type { Tables } from './ports.ts';
import { willRun } from './run-guard.ts';

/**
 * How many verified hosts will run something because of this plan that they would not run without it, now or when a
 * window opens. Looks at what stands, so it must be asked before the plan is carried out.
 */
export async function countNewlyDue(tables: Tables, plan: FleetPlan, now: number): Promise<number> {
  const { commands } = await currentDefinitions(tables);
  const placeOf = createPlaceFinder(plan);
  const heldBy = createHoldReader(tables);
  let verified: VerifiedHosts | undefined;
  const due = new Set<number>();
  for (const step of plan.commands) {
    const place = placeOf(step);
    if (!place || !willRun(place, now)) continue;
    const standing = step.former && commands.get(step.former.id);
    const ranBefore = standing !== undefined && willRun(standing, now);
    const isMeantForOthers = standing?.hostsGroupId !== place.hostsGroup.former?.id;
    const held = {
      before: standing?.stopOnFailure ? standing.commandsGroupId : undefined,
      after: place.stopOnFailure ? place.commandsGroup.former?.id : undefined,
    };
    const isAsBefore =
      ranBefore &&
      !isMeantForOthers &&
      held.before === held.after &&
      runsOnV1(standing.interpreter) === runsOnV1(place.interpreter);
    if (isAsBefore && place.hostsGroup.joining.length === 0) continue;

    const pending = new Set(step.former ? await tables.pending.hostIds([step.former.id]) : []);
    const heldBefore = await heldBy(held.before);
    const heldAfter = await heldBy(held.after);
    verified ??= await readVerified(tables);
    for (const id of await pendingAfter(tables, step, { pending, isMeantForOthers, ...place })) {
      const isSealed = verified.get(id);
      const runsIt = (interpreter: Interpreter) => isSealed || runsOnV1(interpreter);
      if (isSealed === undefined || !runsIt(place.interpreter) || heldAfter.has(id)) continue;
      const wasDue = ranBefore && runsIt(standing.interpreter) && pending.has(id) && !heldBefore.has(id);
      if (!wasDue) due.add(id);
    }
  }
  return due.size;
}

/** The hosts that will have it before them: members of its hosts group that have not run it. */
async function pendingAfter(
  tables: Tables,
  { former }: CommandStep,
  {
    hostsGroup,
    pending,
    isMeantForOthers,
  }: { hostsGroup: HostsGroupStep; pending: ReadonlySet<number>; isMeantForOthers: boolean },
): Promise<Iterable<number>> {
  const memberIds = await membersAfter(tables, hostsGroup);
  if (!former) return memberIds;
  const staying = isMeantForOthers ? [] : [...pending].filter((id) => memberIds.has(id));
  const arriving = isMeantForOthers ? memberIds : hostsGroup.joining.map(({ id }) => id);
  const ran = new Set(await tables.runs.hostIds(former.id));
  return [...staying, ...[...arriving].filter((id) => !ran.has(id))];
}

async function membersAfter(
  tables: Tables,
  { former, joining, leaving }: HostsGroupStep,
): Promise<ReadonlySet<number>> {
  const memberIds = new Set(former && (await tables.hostsGroups.memberIds(former.id)));
  for (const { id } of leaving) memberIds.delete(id);
  for (const { id } of joining) memberIds.add(id);
  return memberIds;
}

/** By id of each verified host, whether v1 is closed to it. Of many thousands little more than this is read. */
type VerifiedHosts = ReadonlyMap<number, boolean>;

async function readVerified(tables: Tables): Promise<VerifiedHosts> {
  const { sealed, v1 } = await tables.hosts.verifiedIds();
  return new Map([...sealed.map((id) => [id, true] as const), ...v1.map((id) => [id, false] as const)]);
}

/** Where and how a command will stand. */
type Place = {
  readonly commandsGroup: CommandsGroupStep;
  readonly hostsGroup: HostsGroupStep;
  readonly stopOnFailure: boolean;
  readonly interpreter: Interpreter;
} & Parameters<typeof willRun>[0];

function createPlaceFinder(plan: FleetPlan): (step: CommandStep) => Place | undefined {
  const hostsGroups = new Map(plan.hostsGroups.map((step) => [step.wanted?.name, step]));
  const commandsGroups = new Map(plan.commandsGroups.map((step) => [step.wanted?.name, step]));
  return ({ wanted }) => {
    const commandsGroup = wanted && commandsGroups.get(wanted.commandsGroup);
    const group = commandsGroup?.wanted;
    const hostsGroup = hostsGroups.get(group?.hostsGroup);
    if (!wanted || !commandsGroup || !group || !hostsGroup?.wanted) return undefined;
    const isOffered = wanted.isActive && group.isActive && hostsGroup.wanted.isActive;
    const { interpreter } = wanted;
    const { beforeAt, stopOnFailure } = group;
    return { commandsGroup, hostsGroup, stopOnFailure, isOffered, beforeAt, interpreter };
  };
}

/** The hosts on which a commands group has stopped, by its id. */
function createHoldReader(tables: Tables): (id: number | undefined) => Promise<ReadonlySet<number>> {
  const read = new Map<number, ReadonlySet<number>>();
  return async (id) => {
    if (id === undefined) return new Set();
    const held = read.get(id) ?? new Set(await tables.runs.heldHostIds(id));
    read.set(id, held);
    return held;
  };
}
