import type { HeldRecord, JournalRecord } from './journal-record.ts';

export type Holdings = {
  /** By id, in the order in which the runs began. */
  readonly held: Map<string, HeldRecord>;
  /** Records of kinds that this client does not know: kept for the one that wrote them. */
  readonly unknown: readonly JournalRecord[];
};

/** What is still held after all that was written down. */
export function holdingsAfter(records: readonly JournalRecord[]): Holdings {
  const held = new Map<string, HeldRecord>();
  const unknown: JournalRecord[] = [];
  for (const record of records) {
    if (record.kind === 'begun' || record.kind === 'finished') held.set(record.id, record);
    else if (record.kind === 'stored') held.delete(record.id);
    else if (record.kind !== 'journal') unknown.push(record);
  }
  return { held, unknown };
}
