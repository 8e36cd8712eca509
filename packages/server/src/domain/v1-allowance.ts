import { type AdministrationRefusal, isDeclined } from './administration-refusal.ts';
import { currentDefinitions } from './definitions.ts';
import { findHosts } from './host-finding.ts';
import { changeHosts } from './hosts-changing.ts';
import type { Asker } from './operators/asker.ts';
import type { Host, Tables } from './ports.ts';
import { withoutSessions } from './request-order.ts';
import { refusalOfNumber } from './run-guard.ts';

export type AllowanceRequest = Asker & {
  hosts: string[];
  agreedHosts?: number | null;
  now: number;
  /** They were not named one by one. */
  areSelected?: boolean;
  isDryRun?: boolean;
};

/** Forgets the channel keys of all these hosts or of none. From the commit on v1 is open to them, and their sessions have ended. */
export async function decideV1Allowance(
  tables: Tables,
  { hosts: references, agreedHosts = null, areSelected, isDryRun, now, by, within }: AllowanceRequest,
): Promise<{ changed: Host[]; unchanged: Host[] } | AdministrationRefusal> {
  const hosts = await findHosts(tables, references, within);
  if (isDeclined(hosts)) return hosts;
  const changed = hosts.filter(({ channelKey }) => channelKey !== null);
  const unchanged = hosts.filter(({ channelKey }) => channelKey === null);
  if (isDryRun) return { changed, unchanged };
  const refusal =
    (areSelected || agreedHosts !== null) &&
    refusalOfNumber(await currentDefinitions(tables), changed.length, agreedHosts, 'will be open to v1');
  if (refusal) return refusal;
  await changeHosts(
    tables,
    changed.map((host) => ({
      host,
      change: {
        channelKey: null,
        channelKeyEnrolledAt: null,
        // What v1 delivers from now on goes to no journal that could say that it never came.
        journalId: null,
        // An enrolment that somebody held back would close v1 again.
        ...withoutSessions(host, now),
      },
    })),
  );
  await tables.audit.noteAll(
    changed.map((host) => ({
      at: now,
      by,
      action: 'host.allow_v1',
      subject: `host ${host.id}`,
      before: { name: host.name, channel_key: host.channelKey },
      after: { name: host.name, channel_key: null },
    })),
  );
  if (changed.length > 0) await tables.server.bumpEpoch();
  return { changed, unchanged };
}
