import type { JobTargets } from '@remotes/protocol/operators/job-request';
import type { AdministrationRefusal } from '../administration-refusal.ts';
import { isDeclined } from '../administration-refusal.ts';
import { selectHosts } from '../jobs/host-selection.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import type { Scope, Tables } from '../ports.ts';

/** How a request says which hosts it means, by ids. */
export type HostsMeant = {
  readonly hosts?: readonly number[];
  readonly hosts_groups?: readonly number[];
  readonly where?: string;
};

/** The hosts that are meant, as references; `areSelected` when they were not all named one by one. */
export async function hostsMeant(
  tables: Tables,
  scope: Scope,
  { hosts, hosts_groups: groupIds, where }: HostsMeant,
  now: number,
): Promise<{ references: string[]; areSelected: boolean } | Problem | AdministrationRefusal> {
  const groupNames = groupIds && (await namesOfGroups(tables, scope, groupIds));
  if (isProblem(groupNames)) return groupNames;
  const targets: JobTargets = {
    ...(hosts !== undefined && { hosts: hosts.map(String) }),
    ...(groupNames !== undefined && { hosts_groups: groupNames }),
    ...(where !== undefined && { where }),
  };
  const selection = await selectHosts(tables, scope, targets, now);
  if (isProblem(selection) || isDeclined(selection)) return selection;
  return {
    references: selection.hosts.map(({ id }) => String(id)),
    areSelected: selection.hosts.some(({ id }) => !selection.named.has(id)),
  };
}

async function namesOfGroups(
  tables: Tables,
  scope: Scope,
  ids: readonly number[],
): Promise<string[] | Problem> {
  const names = [];
  for (const id of ids) {
    const group = scope === null || scope.includes(id) ? await tables.hostsGroups.byId(id) : undefined;
    if (!group) return notFound(`hosts group ${id}`);
    names.push(group.name);
  }
  return names;
}
