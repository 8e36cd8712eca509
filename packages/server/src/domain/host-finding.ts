import { readUuid } from '@remotes/protocol/values/uuid';
import { type AdministrationRefusal, decline } from './administration-refusal.ts';
import { reaches } from './operators/rights.ts';
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
  const found = new Map<number, Host>();
  const unknown: string[] = [];
  for (const reference of references) {
    const host = await findHost(tables, reference);
    if (host && (await isWithin(tables, host, within))) found.set(host.id, host);
    else unknown.push(`"${reference}"`);
  }
  if (unknown.length === 0) return [...found.values()];
  const who = unknown.length === 1 ? 'no host' : 'no hosts';
  return decline(
    'unknown_host',
    `There ${unknown.length === 1 ? 'is' : 'are'} ${who} ${unknown.join(', ')}: the list of hosts has them by name and id.`,
  );
}

async function isWithin(tables: Tables, host: Host, within: readonly number[] | null): Promise<boolean> {
  if (within === null) return true;
  const groups = await tables.hostsGroups.ofHost(host.id);
  return reaches(
    { hostsGroupIds: within },
    groups.map(({ id }) => id),
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
