import type { Mind } from './mind.ts';
import { serverAuthor } from './operators/author.ts';
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
    const note = { at, by: serverAuthor, action: 'host.duplicate', subject: `host ${host.name}`, after };
    await mind.storage.decide('noteAudit', [note]);
  };
}
