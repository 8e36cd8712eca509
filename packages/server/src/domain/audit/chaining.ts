import type { AuditCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import type { Mind } from '../mind.ts';
import type { AuditNote, ChainedEntry, Tables } from '../ports.ts';
import { entryBehind } from './audit-entry.ts';
import { signHead } from './closing.ts';

const chainedAtOnce = 500;
const hourMs = 60 * 60 * 1000;

/** Notes who was refused, and puts all that is noted into the chain. `isLast`: nothing comes after it. */
export async function writeAudit(mind: Mind, isLast = false): Promise<void> {
  const refusals = mind.audit.takeRefusals(isLast);
  if (refusals.length > 0) await mind.storage.decide('noteAudit', refusals);
  await chainAudit(mind);
}

/** Puts what waits into the chain, and signs how far it goes. Looks first, so that an idle server writes nothing. */
export async function chainAudit(mind: Mind): Promise<void> {
  const { storage } = mind;
  let { isWaiting, size, signedSize } = await storage.tables.audit.arrears();
  while (isWaiting) {
    const chained = await storage.decide('chainAudit', { limit: chainedAtOnce });
    size = chained.size;
    isWaiting = chained.count === chainedAtOnce;
  }
  if (signedSize !== null && size <= signedSize) return;
  await storage.decide('keepCheckpoint', await signHead(mind, await storage.tables.audit.head()));
}

/**
 * Appends the notes that wait. One appender at a time, so that each entry has one before it; a note that is committed
 * later than another one with a higher number simply comes later.
 */
export async function decideChaining(
  tables: Tables,
  { limit }: { limit: number },
): Promise<{ size: number; count: number }> {
  await tables.audit.takeTurn();
  const notes = await tables.audit.waiting(limit);
  let head = await tables.audit.head();
  const entries: ChainedEntry[] = [];
  for (const { note } of notes) {
    const entry = entryBehind(head, note);
    entries.push(entry);
    head = { size: entry.number, hash: entry.hash };
  }
  if (notes.length > 0) {
    await tables.audit.append(
      entries,
      notes.map(({ id }) => id),
    );
  }
  return { size: head.size, count: notes.length };
}

/** Keeps it in the place of those of the same hour: of each hour the last one stays. */
export async function decideCheckpoint(tables: Tables, checkpoint: AuditCheckpoint): Promise<void> {
  await tables.audit.addCheckpoint(checkpoint);
  const { at_ms, size } = checkpoint;
  await tables.audit.removeCheckpoints(at_ms - (at_ms % hourMs), size);
}

export async function decideNotes(tables: Tables, notes: readonly AuditNote[]): Promise<void> {
  for (const note of notes) await tables.audit.note(note);
}
