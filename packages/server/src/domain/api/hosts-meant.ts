import type { Actor } from '../operators/actor.ts';
import { notFound, type Problem, problem } from '../operators/problem.ts';
import { reaches } from '../operators/rights.ts';
import type { Tables } from '../ports.ts';

/** How a request says which hosts it means, by ids. */
export type HostsMeant = {
  readonly hosts?: readonly number[];
  readonly hosts_groups?: readonly number[];
  readonly where?: string;
};

/** The hosts that are meant, as references; `areSelected` when they were not all named one by one. */
export async function hostsMeant(
  tables: Tables,
  actor: Actor,
  { hosts, hosts_groups: groups, where }: HostsMeant,
): Promise<{ references: string[]; areSelected: boolean } | Problem> {
  if (hosts === undefined && groups === undefined && where === undefined) {
    return problem('invalid_request', 'Say which hosts are meant: hosts, hosts_groups or where.');
  }
  const ids = new Set(hosts ?? []);
  for (const groupId of groups ?? []) {
    const isThere = reaches(actor, [groupId]) && (await tables.hostsGroups.byId(groupId));
    if (!isThere) return notFound(`hosts group ${groupId}`);
    for (const id of await tables.hostsGroups.memberIds(groupId)) ids.add(id);
  }
  return { references: [...ids].map(String), areSelected: groups !== undefined || where !== undefined };
}
