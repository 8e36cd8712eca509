import type { Hello } from '@remotes/protocol/messages/hello';
import type { CommandDefinition, Definitions } from './definitions.ts';
import { currentDefinitions } from './definitions.ts';
import { runsOn, runsOnV1 } from './offer.ts';
import type { Host, Tables } from './ports.ts';
import { willRun } from './run-guard.ts';

/** A host as administrators see it. */
export type HostReading = {
  readonly host: Host;
  readonly hostsGroups: readonly string[];
  readonly isAway: boolean;
  /** What is meant for it and is not offered to it, by reason. */
  readonly notOffered: readonly NotOffered[];
};

/** `never`: it has not come since it registered; `away`: it is silent for three times its usual interval. */
export type HostPresence = 'online' | 'away' | 'never';

export type NotOffered = { readonly commands: readonly CommandDefinition[]; readonly reason: string };

/** Every host, by id. */
export async function readHosts(tables: Tables, now: number): Promise<HostReading[]> {
  const definitions = await currentDefinitions(tables);
  const hosts = await tables.hosts.list();
  const groupsOf = await groupNames(tables);
  const foreign = await foreignCommands(tables, definitions);
  const stops = [...definitions.commands.values()].some((command) => command.stopOnFailure);
  const readings: HostReading[] = [];
  for (const host of hosts) {
    const held = stops && host.state === 'verified' ? await heldBack(tables, definitions, host) : [];
    readings.push({
      host,
      hostsGroups: groupsOf.get(host.id) ?? [],
      isAway: isAway(host, now),
      notOffered: [...(host.channelKey === null ? byInterpreter(foreign.get(host.id) ?? []) : []), ...held],
    });
  }
  return readings;
}

/** Visits reach the database in batches; a host is not away because of that. */
export const writtenLateMs = 15_000;

/** Silent for three times its usual interval. A host that came only once has none, and is never away. */
function isAway(host: Host, now: number): boolean {
  return host.state === 'verified' && presenceOf(host, now) === 'away';
}

export function presenceOf(
  { lastSeenAt, usualIntervalMs }: Pick<Host, 'lastSeenAt' | 'usualIntervalMs'>,
  now: number,
): HostPresence {
  if (lastSeenAt === null) return 'never';
  const isSilent = usualIntervalMs !== null && now - lastSeenAt > 3 * usualIntervalMs + writtenLateMs;
  return isSilent ? 'away' : 'online';
}

/** What a host said under seal, where it did: anybody on its way may write another header. */
export function clientVersionOf({
  facts,
  clientVersion,
}: Pick<Host, 'facts' | 'clientVersion'>): string | null {
  if (facts === null) return clientVersion;
  return (JSON.parse(facts) as Hello['facts']).client_version;
}

/** What is meant for one host and is not offered to it. */
export async function readNotOffered(
  tables: Tables,
  definitions: Definitions,
  host: Host,
  now: number,
): Promise<NotOffered[]> {
  const pending = await tables.pending.ofHost(host.id);
  const commands = pending.flatMap((id) => definitions.commands.get(id) ?? []);
  const foreign = commands.filter((command) => willRun(command, now) && !runsOn(host, command.interpreter));
  const held = host.state === 'verified' ? await heldBack(tables, definitions, host) : [];
  return [...offForAll(commands, now), ...byInterpreter(foreign), ...held];
}

/** What is offered to no host at all. */
function offForAll(commands: readonly CommandDefinition[], now: number): NotOffered[] {
  const off = commands.filter((command) => !willRun(command, now));
  const byReason = Map.groupBy(off, ({ isActive, isOffered, commandsGroupName: group }) => {
    if (!isActive) return 'switched off';
    if (isOffered) return `the window of "${group}" is over`;
    return `the commands group "${group}" or its hosts group is switched off`;
  });
  return [...byReason].map(([reason, alike]) => ({ reason, commands: alike }));
}

async function groupNames(tables: Tables): Promise<Map<number, string[]>> {
  const names = new Map((await tables.hostsGroups.list()).map((group) => [group.id, group.name]));
  const groupsOf = new Map<number, string[]>();
  for (const { hostsGroupId, hostId } of await tables.hostsGroups.memberships()) {
    const groups = groupsOf.get(hostId) ?? [];
    groups.push(names.get(hostsGroupId) ?? String(hostsGroupId));
    groupsOf.set(hostId, groups);
  }
  for (const groups of groupsOf.values()) groups.sort();
  return groupsOf;
}

/** For each host that has any, the commands that the v1 protocol cannot carry. */
async function foreignCommands(
  tables: Tables,
  definitions: Definitions,
): Promise<Map<number, CommandDefinition[]>> {
  const foreign = new Map<number, CommandDefinition[]>();
  for (const command of definitions.commands.values()) {
    if (!command.isOffered || runsOnV1(command.interpreter)) continue;
    for (const hostId of await tables.pending.hostIds([command.id])) {
      foreign.set(hostId, [...(foreign.get(hostId) ?? []), command]);
    }
  }
  return foreign;
}

function byInterpreter(commands: readonly CommandDefinition[]): NotOffered[] {
  const interpreters = new Set(commands.map((command) => command.interpreter));
  return [...interpreters].map((interpreter) => ({
    commands: commands.filter((command) => command.interpreter === interpreter),
    reason: `${interpreter} needs Remotes' own protocol`,
  }));
}

/** The commands that wait because their group stops on failure and one of its runs has not succeeded. */
async function heldBack(tables: Tables, definitions: Definitions, host: Host): Promise<NotOffered[]> {
  const holds = await tables.runs.holdsOfHost(host.id);
  if (holds.length === 0) return [];
  const pending = await tables.pending.ofHost(host.id);
  return holds.flatMap(({ commandsGroupId, runNumber }) => {
    const commands = pending.flatMap((wireNumber) => {
      const command = definitions.commands.get(wireNumber);
      const isHeld =
        command?.commandsGroupId === commandsGroupId && command.isOffered && command.stopOnFailure;
      return command && isHeld && runsOn(host, command.interpreter) ? [command] : [];
    });
    const name = commands[0]?.commandsGroupName;
    if (name === undefined) return [];
    return [{ commands, reason: `"${name}" stops on failure, and run ${runNumber} has not succeeded` }];
  });
}
