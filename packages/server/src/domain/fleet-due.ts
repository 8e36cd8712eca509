import { currentDefinitions } from './definitions.ts';
import type { CommandStep, FleetPlan, HostsGroupStep } from './fleet-steps.ts';
import type { Tables } from './ports.ts';
import { willRun } from './run-guard.ts';

/**
 * How many verified hosts will run something because of this plan that they would not run without it, now or when a
 * window opens. Looks at what stands, so it must be asked before the plan is carried out.
 */
export async function countNewlyDue(
  tables: Tables,
  plan: FleetPlan,
  verifiedIds: ReadonlySet<number>,
  now: number,
): Promise<number> {
  const definitions = await currentDefinitions(tables);
  const groupOf = createGroupFinder(plan);
  const due = new Set<number>();
  for (const step of plan.commands) {
    const { former, wanted } = step;
    const groups = wanted && groupOf(wanted.commandsGroup);
    if (!wanted || !groups) continue;
    const isOffered =
      wanted.isActive && groups.commandsGroup.isActive && groups.hostsGroup.wanted?.isActive === true;
    const { interpreter } = wanted;
    if (!willRun({ isOffered, beforeAt: groups.commandsGroup.beforeAt, interpreter }, now)) continue;
    const standing = former && definitions.commands.get(former.id);
    const newcomers = await findNewcomers(tables, step, {
      hostsGroup: groups.hostsGroup,
      isMeantForOthers: standing?.hostsGroupId !== groups.hostsGroup.former?.id,
      ranBefore: standing !== undefined && willRun(standing, now),
      isLetGo: standing?.stopOnFailure === true && !keepsHolds(step, groups.commandsGroup.stopOnFailure),
    });
    for (const hostId of newcomers) if (verifiedIds.has(hostId)) due.add(hostId);
  }
  return due.size;
}

type Circumstances = {
  hostsGroup: HostsGroupStep;
  /** The command goes from one hosts group to another, or is new. */
  isMeantForOthers: boolean;
  /** Hosts that have it pending would run it without the plan too. */
  ranBefore: boolean;
  /** Hosts on which its group had stopped may go on. */
  isLetGo: boolean;
};

async function findNewcomers(
  tables: Tables,
  { former }: CommandStep,
  { hostsGroup, isMeantForOthers, ranBefore, isLetGo }: Circumstances,
): Promise<Iterable<number>> {
  if (!former) return hostsGroup.memberIds;
  const arriving = isMeantForOthers ? [...hostsGroup.memberIds] : hostsGroup.joining.map(({ id }) => id);
  if (ranBefore && !isLetGo && arriving.length === 0) return [];
  const pending = await tables.pending.hostIds([former.id]);
  const seen = new Set(arriving.length === 0 ? [] : [...pending, ...(await tables.runs.hostIds(former.id))]);
  const newcomers = arriving.filter((id) => !seen.has(id));
  if (!ranBefore) return [...newcomers, ...pending.filter((id) => hostsGroup.memberIds.has(id))];
  if (!isLetGo) return newcomers;
  for (const id of pending) {
    const holds = await tables.runs.holdsOfHost(id);
    if (holds.some(({ commandsGroupId }) => commandsGroupId === former.commandsGroupId)) newcomers.push(id);
  }
  return newcomers;
}

function keepsHolds({ former, standing, wanted }: CommandStep, stopsOnFailure: boolean): boolean {
  return stopsOnFailure && former !== undefined && standing?.commandsGroup === wanted?.commandsGroup;
}

function createGroupFinder(plan: FleetPlan) {
  const hostsGroups = new Map(plan.hostsGroups.map((step) => [step.wanted?.name, step]));
  const commandsGroups = new Map(plan.commandsGroups.map(({ wanted }) => [wanted?.name, wanted]));
  return (name: string) => {
    const commandsGroup = commandsGroups.get(name);
    const hostsGroup = hostsGroups.get(commandsGroup?.hostsGroup);
    return commandsGroup && hostsGroup && { commandsGroup, hostsGroup };
  };
}
