import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { currentDefinitions } from './definitions.ts';
import { notePlan } from './fleet-audit.ts';
import { describeChanges, type FleetChange } from './fleet-changes.ts';
import { countNewlyDue } from './fleet-due.ts';
import { drawEdit } from './fleet-edit-file.ts';
import type { EditReach } from './fleet-edit-reach.ts';
import { type FleetRemoval, removeFrom } from './fleet-edit-removal.ts';
import { executePlan, type PlanIds } from './fleet-execution.ts';
import { planFleet } from './fleet-plan.ts';
import type { SealedValues } from './fleet-settings-plan.ts';
import { type FleetState, readFleetDefinitions } from './fleet-state.ts';
import type { FleetPlan } from './fleet-steps.ts';
import type { Asker } from './operators/asker.ts';
import type { CommandRevision, CommandsGroup, HostsGroup, Setting, Tables } from './ports.ts';
import { refusalOfRuns } from './run-guard.ts';
import { variableIdsSeen } from './variable-change.ts';

/** One thing that is added (without an id) or changed. What is absent stays as it is, or is as usual. */
export type FleetEdit =
  | { kind: 'hosts_group'; id: number | null; change: Partial<Omit<HostsGroup, 'id'>> }
  | { kind: 'commands_group'; id: number | null; change: Partial<Omit<CommandsGroup, 'id'>> }
  | { kind: 'command'; id: number | null; change: CommandChange }
  | { kind: 'setting'; name: string; change: Partial<Pick<Setting, 'value' | 'description' | 'isSecret'>> };

/** Variables by what a file calls them. */
export type CommandChange = Partial<
  Omit<CommandRevision, 'variables' | 'outputVariables'> & {
    commandsGroupId: number;
    name: string;
    description: string;
    position: number;
    isActive: boolean;
    variables: readonly string[];
    outputVariables: readonly string[];
  }
>;

export type EditRequest = Asker & {
  edit: FleetEdit | FleetRemoval;
  /** What its asker saw of the thing; null when he does not say. */
  wantedVersion: string | null;
  sealedValues: SealedValues;
  agreedHosts: number | null;
  isDryRun: boolean;
  /** For a command that is added. */
  jobId: string;
  now: number;
};

export type EditOutcome = {
  /** Of the thing; null where there is none. */
  id: number | null;
  changes: readonly FleetChange[];
  willRunOn: number;
  notes: readonly string[];
};

/**
 * Changes one thing the way a fleet file does: what a file may say is what may be said here, and what becomes due by it
 * is counted and agreed to alike.
 */
export async function decideEdit(
  tables: Tables,
  request: EditRequest,
): Promise<EditOutcome | AdministrationRefusal> {
  // An edit names no hosts.
  const state = { ...(await readFleetDefinitions(tables)), hosts: [], memberIds: new Map() };
  const variableIds = await variableIdsSeen(tables, await currentDefinitions(tables), request.within);
  const drawn = draw(state, request, { within: request.within, variableIds });
  if (isDeclined(drawn)) return drawn;
  const { plan, notes } = drawn;

  const willRunOn = await countNewlyDue(tables, plan, request.now);
  const changes = describeChanges(plan);
  const outcome = { changes, willRunOn, notes };
  const standing = 'id' in request.edit ? request.edit.id : null;
  if (request.isDryRun || changes.length === 0) return { ...outcome, id: standing };
  const refusal = refusalOfRuns(await currentDefinitions(tables), willRunOn, request.agreedHosts);
  if (refusal) return refusal;

  // The plan has one command that may be new; all others have their jobs.
  const jobIds = plan.commands.map(() => request.jobId);
  const ids = await executePlan(tables, plan, { ...request, jobIds });
  await notePlan(tables, plan, ids, request);
  await tables.server.bumpEpoch();
  return { ...outcome, id: standing ?? idOfNew(request.edit.kind, plan, ids) };
}

function draw(
  state: FleetState,
  request: EditRequest,
  reach: EditReach,
): { plan: FleetPlan; notes: readonly string[] } | AdministrationRefusal {
  const { edit } = request;
  const asked = { wantedVersion: request.wantedVersion, ...reach };
  const file: FleetFile | AdministrationRefusal = 'isRemoval' in edit ? {} : drawEdit(state, edit, asked);
  if (isDeclined(file)) return file;
  const { plan, findings } = planFleet(state, () => undefined, { ...request, file, isPruning: false });
  const wrong = findings.problems.map(({ sentence }) => (sentence.endsWith('.') ? sentence : `${sentence}.`));
  if (wrong.length > 0) return decline('unsuitable_value', wrong.join(' '));
  const rest = 'isRemoval' in edit ? removeFrom(state, plan, edit, request) : plan;
  if (isDeclined(rest)) return rest;
  return { plan: rest, notes: findings.notes.map(({ sentence }) => sentence) };
}

/** What is added stands first among its like. */
function idOfNew(kind: FleetEdit['kind'], plan: FleetPlan, ids: PlanIds): number | null {
  if (kind === 'hosts_group') return ids.hostsGroupIds.get(plan.hostsGroups[0]?.wanted?.name ?? '') ?? null;
  if (kind === 'commands_group') {
    return ids.commandsGroupIds.get(plan.commandsGroups[0]?.wanted?.name ?? '') ?? null;
  }
  return kind === 'command' ? (ids.commandIds[0] ?? null) : null;
}
