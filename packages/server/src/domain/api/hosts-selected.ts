import type { QueryOf } from '@remotes/protocol/operators/route';
import type { Routes } from '@remotes/protocol/operators/routes';
import { type AdministrationRefusal, isDeclined } from '../administration-refusal.ts';
import { presenceOf } from '../hosts-reading.ts';
import { selectHosts } from '../jobs/host-selection.ts';
import type { Actor } from '../operators/actor.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import type { Host, Tables } from '../ports.ts';
import { rowsWanted } from './list-page.ts';
import { holdsText } from './text-search.ts';

type Query = QueryOf<Routes['hosts_list']> & { readonly where: string };

/** A page of the hosts that a filter selects: it looks at all of them, and reads whole only those of the page. */
export async function selectedHosts(
  tables: Tables,
  { hostsGroupIds: scope }: Actor,
  query: Query,
  afterName: string | undefined,
  now: number,
): Promise<Host[] | Problem | AdministrationRefusal> {
  const group =
    query.hosts_group === undefined ? undefined : await tables.hostsGroups.byId(query.hosts_group);
  if (query.hosts_group !== undefined && !group) return notFound(`hosts group ${query.hosts_group}`);
  const targets = { where: query.where, ...(group && { hosts_groups: [group.name] }) };
  const selection = await selectHosts(tables, scope, targets, now);
  if (isProblem(selection) || isDeclined(selection)) return selection;
  const meant = selection.hosts.filter(
    (host) =>
      holdsText(host.name, query.q) &&
      (query.state === undefined || query.state === host.state) &&
      (query.presence === undefined || query.presence === presenceOf(host, now)) &&
      (afterName === undefined || host.name > afterName),
  );
  const ids = meant
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, rowsWanted(query))
    .map(({ id }) => id);
  const rows = await tables.hosts.page({ ids, within: scope, limit: ids.length, now });
  return rows.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
