import type { HostDetail } from '@remotes/protocol/operators/hosts';
import type { Mind } from './mind.ts';
import { serverAuthor } from './operators/author.ts';
import type { Tables } from './ports.ts';
import type { ProvedHost } from './prove.ts';

/** A client that its supervisor starts again and again is told of so often. */
const noticedAgainMs = 10 * 60 * 1000;

/** Tells the audit that two machines have the same keys. */
export function createDuplicateNotes(): (
  mind: Mind,
  host: ProvedHost,
  addresses: { readonly older: string; readonly newer: string },
) => Promise<void> {
  const noticed = new Map<number, number>();
  return async (mind, host, { older, newer }) => {
    const at = mind.clock();
    const last = noticed.get(host.id);
    if (last !== undefined && at >= last && at - last < noticedAgainMs) return;
    noticed.set(host.id, at);
    const after = { connected: older, refused: newer };
    await mind.storage.decide('noteAudit', [{ at, by: serverAuthor, ...noteOf(host), after }]);
  };
}

const noteOf = ({ name }: Pick<ProvedHost, 'name'>) => ({
  action: 'host.duplicate',
  subject: `host ${name}`,
});

const shownForMs = 7 * 24 * 3600 * 1000;

/** What the audit says of the last time; null where that is long ago, or never was. */
export async function lastDuplicate(
  { audit }: Pick<Tables, 'audit'>,
  host: Pick<ProvedHost, 'name'>,
  now: number,
): Promise<HostDetail['duplicate']> {
  const [found] = await audit.list({ ...noteOf(host), sinceAt: now - shownForMs, limit: 1 });
  if (!found) return null;
  const { at, after } = JSON.parse(found.entry) as DuplicateEntry;
  return { at, connected_address: after.connected, refused_address: after.refused };
}

type DuplicateEntry = {
  readonly at: string;
  readonly after: { readonly connected: string; readonly refused: string };
};
