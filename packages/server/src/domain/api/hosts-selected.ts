import type { QueryOf } from '@remotes/protocol/operators/route';
import type { Routes } from '@remotes/protocol/operators/routes';
import { fieldsOf, parseHostFilter } from '@remotes/protocol/values/host-filter';
import type { AdministrationRefusal } from '../administration-refusal.ts';
import type { HostOutline } from '../host-outline.ts';
import type { HostPresence } from '../hosts-reading.ts';
import { refusalOfFilterNames } from '../jobs/host-filter-names.ts';
import { createHostMatcher } from '../jobs/host-matching.ts';
import { groupsWithin } from '../jobs/host-selection.ts';
import type { Mind } from '../mind.ts';
import type { Actor } from '../operators/actor.ts';
import { notFound, type Problem, problem } from '../operators/problem.ts';
import type { Host, Tables } from '../ports.ts';
import { rowsWanted } from './list-page.ts';
import { holdsText } from './text-search.ts';

type Query = QueryOf<Routes['hosts_list']> & { readonly where: string };

/** A page of the hosts that a filter selects, by name. Only those of the page are read whole. */
export async function selectedHosts(
  { storage: { tables }, presence, hostsOverview, clock }: Mind,
  { hostsGroupIds: scope }: Actor,
  query: Query,
  afterName: string | undefined,
): Promise<Host[] | Problem | AdministrationRefusal> {
  const filter = parseHostFilter(query.where);
  if ('problem' in filter) return problem('invalid_filter', filter.problem);
  const groups = await groupsWithin(tables, scope);
  const group = groups.find(({ id }) => id === query.hosts_group);
  if (query.hosts_group !== undefined && !group) return notFound(`hosts group ${query.hosts_group}`);
  const unknown = await refusalOfFilterNames(tables, filter, groups, scope);
  if (unknown) return unknown;

  const now = clock();
  const asksPresence = query.presence !== undefined || fieldsOf(filter).has('presence');
  if (asksPresence) await presence.settle();
  const presenceOfId = await readPresence(tables, asksPresence, now);
  const isMeant = await createHostMatcher(tables, filter, groups);
  const isWithin = await readMembers(tables, scope);
  const isInGroup = await readMembers(tables, group ? [group.id] : null);
  const isAsked = (host: HostOutline) =>
    holdsText(host.name, query.q) &&
    (query.state === undefined || query.state === host.state) &&
    (query.presence === undefined || query.presence === presenceOfId(host.id)) &&
    isWithin(host.id) &&
    isInGroup(host.id) &&
    isMeant(host, presenceOfId(host.id));

  const ids: number[] = [];
  for (const host of await hostsOverview.current()) {
    if (ids.length === rowsWanted(query)) break;
    if ((afterName === undefined || host.name > afterName) && isAsked(host)) ids.push(host.id);
  }
  const rows = await tables.hosts.page({ ids, within: scope, limit: ids.length, now });
  return rows.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Read only where it is asked for. */
async function readPresence(
  tables: Tables,
  isRead: boolean,
  now: number,
): Promise<(id: number) => HostPresence> {
  if (!isRead) return () => 'never';
  const { away, never } = await tables.hosts.absent(now);
  const presences = new Map<number, HostPresence>(never.map((id) => [id, 'never']));
  for (const id of away) presences.set(id, 'away');
  return (id) => presences.get(id) ?? 'online';
}

/** Whether a host is in one of these groups; null: in whichever. */
async function readMembers(
  tables: Tables,
  groupIds: readonly number[] | null,
): Promise<(id: number) => boolean> {
  if (groupIds === null) return () => true;
  const ids = new Set<number>();
  for (const groupId of groupIds) for (const id of await tables.hostsGroups.memberIds(groupId)) ids.add(id);
  return (id) => ids.has(id);
}
