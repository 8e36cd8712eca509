import type { JobTargets } from '@remotes/protocol/operators/job-request';
import { parseHostFilter } from '@remotes/protocol/values/host-filter';
import { type AdministrationRefusal, decline, isDeclined } from '../administration-refusal.ts';
import { findHosts, readId } from '../host-finding.ts';
import { outlineOf } from '../host-outline.ts';
import { presenceOf } from '../hosts-reading.ts';
import { type Problem, problem } from '../operators/problem.ts';
import type { HostInBrief, HostsGroup, Scope, Tables } from '../ports.ts';
import { refusalOfFilterNames } from './host-filter-names.ts';
import { createHostMatcher } from './host-matching.ts';

/** The hosts that are meant, by id, whatever state they are in; and those of them that were named one by one. */
export type HostSelection = { readonly hosts: readonly HostInBrief[]; readonly named: ReadonlySet<number> };

/** From so many names on, all hosts are read once instead of each by itself. */
const singlyUpTo = 50;

/**
 * Reads which hosts are meant: those named and the members of the groups, narrowed by the filter; or whom the filter
 * selects. An unknown name is a refusal, and so is a name that lies outside the scope.
 */
export async function selectHosts(
  tables: Tables,
  scope: Scope,
  { hosts: references, hosts_groups: groupNames, where }: JobTargets,
  now: number,
): Promise<HostSelection | Problem | AdministrationRefusal> {
  if (references === undefined && groupNames === undefined && where === undefined) {
    return problem('invalid_request', 'Say which hosts are meant: hosts, hosts_groups or where.');
  }
  const filter = where === undefined ? undefined : parseHostFilter(where);
  if (filter && 'problem' in filter) return problem('invalid_filter', filter.problem);
  const groups = await groupsWithin(tables, scope);
  const groupIds = findGroups(groups, groupNames ?? []);
  if (isDeclined(groupIds)) return groupIds;
  const unknown = filter && (await refusalOfFilterNames(tables, filter, groups, scope));
  if (unknown) return unknown;

  const found = new Map<number, HostInBrief>();
  const named = new Set<number>();
  const byName = await findNamed(tables, scope, references ?? []);
  if (isDeclined(byName)) return byName;
  for (const host of byName) {
    found.set(host.id, host);
    named.add(host.id);
  }
  const isOpen = references === undefined && groupNames === undefined;
  if (isOpen || groupIds.length > 0) {
    const members = await tables.hosts.inBrief({ scope, ...(isOpen ? {} : { hostsGroupIds: groupIds }) });
    for (const host of members) found.set(host.id, host);
  }
  const meant = [...found.values()].sort((one, other) => one.id - other.id);
  if (!filter) return { hosts: meant, named };
  const isMeant = await createHostMatcher(tables, filter, groups);
  return { hosts: meant.filter((host) => isMeant(outlineOf(host), presenceOf(host, now))), named };
}

/** The hosts groups that somebody with these rights knows of. */
export async function groupsWithin(tables: Tables, scope: Scope): Promise<HostsGroup[]> {
  const groups = await tables.hostsGroups.list();
  return scope === null ? groups : groups.filter(({ id }) => scope.includes(id));
}

function findGroups(
  groups: readonly HostsGroup[],
  names: readonly string[],
): number[] | AdministrationRefusal {
  const ids = new Map(groups.map(({ id, name }) => [name, id]));
  const unknown = names.filter((name) => !ids.has(name)).map((name) => `"${name}"`);
  if (unknown.length === 0) return names.map((name) => ids.get(name)!);
  return decline(
    'unknown_hosts_group',
    `There ${unknown.length === 1 ? 'is no hosts group' : 'are no hosts groups'} ${unknown.join(', ')}.`,
  );
}

async function findNamed(
  tables: Tables,
  scope: Scope,
  references: readonly string[],
): Promise<HostInBrief[] | AdministrationRefusal> {
  if (references.length === 0) return [];
  if (references.length <= singlyUpTo) {
    const hosts = await findHosts(tables, references, scope);
    return isDeclined(hosts) ? hosts : tables.hosts.inBrief({ scope, ids: hosts.map(({ id }) => id) });
  }
  const all = await tables.hosts.inBrief({ scope });
  const byText = new Map(all.flatMap((host) => [[host.uuid, host] as const, [host.name, host] as const]));
  const byId = new Map(all.map((host) => [host.id, host]));
  const find = (reference: string) => byText.get(reference) ?? byId.get(readId(reference) ?? 0);
  const unknown = references.filter((reference) => !find(reference));
  if (unknown.length === 0) return references.map((reference) => find(reference)!);
  const some = unknown.slice(0, 20).map((reference) => `"${reference}"`);
  const rest = unknown.length > some.length ? ` and ${unknown.length - some.length} more` : '';
  return decline('unknown_host', `There are no hosts ${some.join(', ')}${rest}.`);
}
