import type { FleetCommandsGroup, FleetFile } from '@remotes/protocol/values/fleet-file';
import { positionsOf, settleNames } from './fleet-claims.ts';
import { readDateTime } from './fleet-date-time.ts';
import type { FilePath, Findings } from './fleet-findings.ts';
import { nearMiss } from './fleet-near-miss.ts';
import type { FleetState } from './fleet-state.ts';
import type { CommandsGroupStep, HostsGroupStep, WantedCommandsGroup } from './fleet-steps.ts';
import type { CommandsGroup } from './ports.ts';

/** Every commands group, before and after; those of the file first, in its order. */
export function planCommandsGroups(
  state: FleetState,
  file: FleetFile,
  hostsGroups: readonly HostsGroupStep[],
  findings: Findings,
): CommandsGroupStep[] {
  const entries = (file.commands_groups ?? []).map((entry, index) => ({
    entry,
    at: ['commands_groups', index],
  }));
  const rows = settleNames(
    entries,
    state.commandsGroups,
    { noun: 'commands group', passesOverMissing: state.commands.length === 0 },
    findings,
  );
  const namesById = new Map(hostsGroups.map(({ former, wanted }) => [former?.id, wanted?.name ?? '']));
  const stands = (group: CommandsGroup): WantedCommandsGroup => {
    const { id: _, hostsGroupId, ...rest } = group;
    return { ...rest, hostsGroup: namesById.get(hostsGroupId) ?? '' };
  };
  const hostsGroupNames = hostsGroups.flatMap(({ wanted }) => (wanted ? [wanted.name] : []));
  const positions = positionsOf(entries.map(({ entry }) => entry));
  const steps = entries.map(({ entry, at }, index): CommandsGroupStep => {
    const former = rows[index];
    reportHostsGroup(entry, at, hostsGroupNames, findings);
    const wanted = {
      name: entry.name,
      hostsGroup: entry.hosts_group,
      position: positions[index] ?? 0,
      ...readWindow(entry, at, findings),
      isActive: entry.active ?? true,
      stopOnFailure: entry.stop_on_failure ?? false,
    };
    return { former, standing: former && stands(former), wanted, isNamed: true };
  });
  const others = state.commandsGroups.filter((group) => !rows.includes(group));
  return [
    ...steps,
    ...others.map((former) => ({ former, standing: stands(former), wanted: stands(former), isNamed: false })),
  ];
}

function reportHostsGroup(
  { hosts_group: name }: FleetCommandsGroup,
  at: FilePath,
  known: readonly string[],
  { problems }: Findings,
): void {
  if (known.includes(name)) return;
  const rest = nearMiss(name, known) || ': add it under "hosts_groups".';
  problems.push({ at: [...at, 'hosts_group'], sentence: `There is no hosts group "${name}"${rest}` });
}

function readWindow(
  { after, before }: FleetCommandsGroup,
  at: FilePath,
  { problems }: Findings,
): { afterAt: number | null; beforeAt: number | null } {
  const read = (key: string, text: string | null | undefined) => {
    if (text === null || text === undefined) return null;
    const moment = readDateTime(text);
    if (moment === undefined) {
      const sentence = `"${text}" is no moment that there is: write it like 2026-01-31T08:00:00Z.`;
      problems.push({ at: [...at, key], sentence });
    }
    return moment ?? null;
  };
  const afterAt = read('after', after);
  const beforeAt = read('before', before);
  if (afterAt !== null && beforeAt !== null && afterAt >= beforeAt) {
    const sentence = 'The window is never open: "before" must be later than "after"';
    problems.push({ at: [...at, 'before'], sentence, earlier: [...at, 'after'] });
  }
  return { afterAt, beforeAt };
}
