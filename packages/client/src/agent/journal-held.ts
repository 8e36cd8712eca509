import type { Outcome } from '../host/outcome.ts';
import { bootMark } from '../host/process-mark.ts';
import type { HeldRecord, JournalRecord, JournalRun } from './journal-record.ts';

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

/** A run whose outcome the server has not stored yet. */
export type HeldRun = {
  readonly id: string;
  readonly run: JournalRun;
  readonly begunAtMs: number;
  /** The machine was started anew since the run began. */
  readonly isFromEarlierBoot: boolean;
  /** Undefined when the run began, or may have begun, and how it ended is not known. */
  readonly outcome?: Outcome | undefined;
};

export function heldRun(record: HeldRecord): HeldRun {
  const { id, run, begunAtMs, boot } = record;
  const outcome = record.kind === 'finished' ? record.outcome : undefined;
  return { id, run, begunAtMs, isFromEarlierBoot: boot !== bootMark(), outcome };
}
