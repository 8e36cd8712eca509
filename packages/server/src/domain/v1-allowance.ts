import { type AdministrationRefusal, isDeclined } from './administration-refusal.ts';
import { findHosts } from './host-finding.ts';
import type { Host, Tables } from './ports.ts';

/** Forgets the channel keys of all these hosts or of none. From the commit on v1 is open to them, and their sessions have ended. */
export async function decideV1Allowance(
  tables: Tables,
  { hosts: references }: { hosts: string[] },
): Promise<{ changed: Host[]; unchanged: Host[] } | AdministrationRefusal> {
  const hosts = await findHosts(tables, references);
  if (isDeclined(hosts)) return hosts;
  const changed = hosts.filter(({ channelKey }) => channelKey !== null);
  const unchanged = hosts.filter(({ channelKey }) => channelKey === null);
  for (const { id } of changed) {
    // What v1 delivers from now on goes to no journal that could say that it never came.
    await tables.hosts.change(id, { channelKey: null, channelKeyEnrolledAt: null, journalId: null });
  }
  if (changed.length > 0) await tables.server.bumpEpoch();
  return { changed, unchanged };
}
