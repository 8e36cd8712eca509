import { readUuid } from '@remotes/protocol/values/uuid';
import { type AdministrationRefusal, decline } from './administration-refusal.ts';
import { createHostFinder } from './fleet-host-finder.ts';
import type { Host, Tables } from './ports.ts';

/**
 * The hosts that an administrator named by name, id or uuid, each once; a refusal when one of them is nobody. No host
 * can take a name that is another one's id or uuid (see host-rename), so no reference is ever ambiguous. Whose rights are
 * narrowed to hosts groups knows of no host outside them: `within` names those groups, null stands for all hosts.
 */
export async function findHosts(
  tables: Tables,
  references: readonly string[],
  within: readonly number[] | null = null,
): Promise<Host[] | AdministrationRefusal> {
  const all = references.length > singlyUpTo ? createHostFinder(await tables.hosts.list()) : undefined;
  const meant: (Host | undefined)[] = [];
  for (const reference of references) meant.push(all ? all(reference) : await findHost(tables, reference));
  const seen = await idsWithin(
    tables,
    meant.flatMap((host) => host?.id ?? []),
    within,
  );
  const found = new Map<number, Host>();
  const unknown: string[] = [];
  for (const [index, host] of meant.entries()) {
    if (host && seen.has(host.id)) found.set(host.id, host);
    else unknown.push(`"${references[index]}"`);
  }
  if (unknown.length === 0) return [...found.values()];
  const who = unknown.length === 1 ? 'no host' : 'no hosts';
  const more = unknown.length > mostNamed ? ` and ${unknown.length - mostNamed} more` : '';
  return decline(
    'unknown_host',
    `There ${unknown.length === 1 ? 'is' : 'are'} ${who} ${unknown.slice(0, mostNamed).join(', ')}${more}: the list of hosts has them by name and id.`,
  );
}

/** From so many references on, all hosts are read once instead of each by itself. */
const singlyUpTo = 50;
const mostNamed = 20;

async function idsWithin(
  tables: Tables,
  ids: readonly number[],
  within: readonly number[] | null,
): Promise<ReadonlySet<number>> {
  if (within === null) return new Set(ids);
  const memberships = await tables.hostsGroups.ofHosts(ids);
  return new Set(
    memberships.flatMap(({ hostId, hostsGroupId }) => (within.includes(hostsGroupId) ? hostId : [])),
  );
}

async function findHost(tables: Tables, reference: string): Promise<Host | undefined> {
  const named = await tables.hosts.byName(reference);
  if (named) return named;
  const uuid = readUuid(reference);
  if (uuid !== undefined) return tables.hosts.byUuid(uuid);
  const id = readId(reference);
  return id === undefined ? undefined : tables.hosts.byId(id);
}

/** An id as people write it, leading zeros allowed, as in the names that hosts get at first. */
export function readId(text: string): number | undefined {
  const id = /^\d+$/.test(text) ? Number(text) : undefined;
  return id !== undefined && Number.isSafeInteger(id) ? id : undefined;
}
