import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { currentDefinitions } from './definitions.ts';
import { findHosts } from './host-finding.ts';
import type { HostsChanged } from './host-standing.ts';
import { joinHostsGroupAll, leaveHostsGroupAll } from './hosts-group-membership.ts';
import { runsOn } from './offer.ts';
import type { Asker } from './operators/asker.ts';
import { reaches } from './operators/rights.ts';
import type { Host, HostsGroup, Tables } from './ports.ts';
import { refusalOfNumber, refusalOfRuns, willRun } from './run-guard.ts';

export type GroupingRequest = Asker & {
  hostsGroup: string;
  hosts: string[];
  deed: 'group' | 'ungroup';
  agreedHosts: number | null;
  now: number;
  /** They were not named one by one: how many leave wants to be agreed to as well. */
  areSelected?: boolean;
  isDryRun?: boolean;
};

/** Puts all of these hosts into a hosts group, or takes them out, or does nothing. */
export async function decideGrouping(
  tables: Tables,
  {
    hostsGroup: groupName,
    hosts: references,
    deed,
    agreedHosts,
    now,
    by,
    within,
    areSelected,
    isDryRun,
  }: GroupingRequest,
): Promise<HostsChanged | AdministrationRefusal> {
  const groups = await findHostsGroups(tables, [groupName], within);
  if (isDeclined(groups)) return groups;
  const group = groups[0]!;
  const hosts = await findHosts(tables, references, within);
  if (isDeclined(hosts)) return hosts;

  const members = new Set(await tables.hostsGroups.memberIds(group.id));
  const toChange = hosts.filter((host) => members.has(host.id) !== (deed === 'group'));
  const unchanged = hosts.filter((host) => members.has(host.id) === (deed === 'group'));
  const willRunOn = deed === 'group' ? await countRunning(tables, group, toChange, now) : 0;
  if (isDryRun) return { changed: toChange, unchanged, willRunOn };
  const definitions = await currentDefinitions(tables);
  const refusal =
    deed === 'ungroup' && (areSelected || agreedHosts !== null)
      ? refusalOfNumber(definitions, toChange.length, agreedHosts, 'will leave the group')
      : refusalOfRuns(definitions, willRunOn, agreedHosts);
  if (refusal) return refusal;

  await (deed === 'group' ? joinHostsGroupAll : leaveHostsGroupAll)(
    tables,
    group.id,
    toChange.map(({ id }) => id),
  );
  if (toChange.length > 0) {
    await tables.server.bumpEpoch();
    await tables.audit.note({
      at: now,
      by,
      action: deed === 'group' ? 'hosts_group.add_hosts' : 'hosts_group.remove_hosts',
      subject: `hosts group ${group.id}`,
      after: { name: group.name, hosts: toChange.map(({ id }) => id) },
    });
  }
  return { changed: toChange, unchanged, willRunOn };
}

/** Groups by name; a refusal that names those there are when one of them is not. */
export async function findHostsGroups(
  tables: Tables,
  names: readonly string[],
  within: readonly number[] | null = null,
): Promise<HostsGroup[] | AdministrationRefusal> {
  const groups = (await tables.hostsGroups.list()).filter(({ id }) =>
    reaches({ hostsGroupIds: within }, [id]),
  );
  const found = groups.filter((group) => names.includes(group.name));
  const unknown = names.find((name) => !found.some((group) => group.name === name));
  if (unknown === undefined) return found;
  const known = groups.map((group) => `"${group.name}"`).join(', ');
  return decline(
    'unknown_hosts_group',
    `There is no hosts group "${unknown}"${known === '' ? ', nor any other yet' : `; there are: ${known}`}. ` +
      `"remotes-server apply" makes one from a file that says hosts_groups: [{name: ${JSON.stringify(unknown)}}].`,
  );
}

/** How many verified hosts would have something to run that they have not run yet. */
async function countRunning(
  tables: Tables,
  group: HostsGroup,
  joining: readonly Host[],
  now: number,
): Promise<number> {
  const definitions = await currentDefinitions(tables);
  const runnable = [...definitions.commands.values()].filter(
    (command) => command.hostsGroupId === group.id && willRun(command, now),
  );
  const hosts = joining.filter(({ state }) => state === 'verified');
  const due = new Set<number>();
  for (const command of runnable) {
    const able = hosts.filter((host) => !due.has(host.id) && runsOn(host, command.interpreter));
    const ran = await whoRan(tables, command.id, able);
    for (const { id } of able) if (!ran.has(id)) due.add(id);
  }
  return due.size;
}

/** From so many hosts on, all that ran a command are read at once. */
const singlyUpTo = 50;

/** Which of these hosts were given a run of this command. */
async function whoRan(
  tables: Tables,
  wireNumber: number,
  hosts: readonly Host[],
): Promise<ReadonlySet<number>> {
  if (hosts.length > singlyUpTo) return new Set(await tables.runs.hostIds(wireNumber));
  const ran = new Set<number>();
  for (const { id } of hosts) {
    const run = await tables.runs.ofHost(id, wireNumber);
    if (run && run.state !== 'queued') ran.add(id);
  }
  return ran;
}
