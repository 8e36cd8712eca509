import { type Problem, problem } from '../operators/problem.ts';
import type { HostsGroup, Tables } from '../ports.ts';

/** The groups that rights are narrowed to, as they are shown; null: to none. Those that are gone are left out. */
export function hostsGroupRefs(
  groups: readonly HostsGroup[],
  ids: readonly number[] | null,
): { id: number; name: string }[] | null {
  if (ids === null) return null;
  return groups.filter(({ id }) => ids.includes(id)).map(({ id, name }) => ({ id, name }));
}

/** Why rights cannot be narrowed to these groups, if so. */
export async function refusalOfGroups(
  tables: Tables,
  ids: readonly number[] | null | undefined,
): Promise<Problem | undefined> {
  if (!ids) return undefined;
  const known = new Set((await tables.hostsGroups.list()).map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return undefined;
  return problem('unknown_hosts_group', `There is no hosts group ${unknown}.`);
}
