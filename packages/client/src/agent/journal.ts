import { dirname, join } from 'node:path';
import { openJournalFile } from './journal-file.ts';
import { holdingsAfter } from './journal-held.ts';
import { compact, type Journal, keepJournal } from './journal-keeping.ts';
import { type JournalLock, lockFolder } from './journal-lock.ts';
import { openPast } from './journal-past.ts';
import { newestVersion } from './journal-record.ts';
import {
  isJournalRefusal,
  type JournalRefusal,
  journalRefusal,
  journalUnusable,
  lockedBy,
} from './journal-refusal.ts';

export type { HeldRun } from './journal-held.ts';
export type { Journal } from './journal-keeping.ts';
export type { JournalRun, PastRecord } from './journal-record.ts';
export { isJournalRefusal, type JournalRefusal } from './journal-refusal.ts';

/** Opens the journal in this folder (made when absent) for this process alone, until it is closed. */
export async function openJournal(
  folder: string,
  { limitBytes = 256 * 1024 * 1024 }: { readonly limitBytes?: number } = {},
): Promise<Journal | JournalRefusal> {
  const path = join(folder, 'journal');
  try {
    const lock = await lockFolder(folder);
    if ('heldBy' in lock) return lockedBy(lock);
    try {
      const journal = await openLocked(path, lock, limitBytes);
      if (isJournalRefusal(journal)) await lock.release();
      return journal;
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    return journalRefusal(path, error);
  }
}

async function openLocked(
  path: string,
  lock: JournalLock,
  limitBytes: number,
): Promise<Journal | JournalRefusal> {
  const { file, records, ...reading } = await openJournalFile(path);
  const [first] = records;
  if (first?.kind === 'journal' && first.version > newestVersion) {
    await file.close();
    return journalUnusable(path, 'a newer client wrote it; update this one');
  }
  const pastPath = join(dirname(path), 'past');
  const past = await openPast(pastPath);
  const hasLostPast = file.pastId() !== undefined && file.pastId() !== past.id();
  const isDamaged = reading.isDamaged || past.isDamaged || hasLostPast;
  const notices = [...reading.notices, ...past.notices, ...(hasLostPast ? [pastLost(pastPath)] : [])];
  const holdings = holdingsAfter(records);
  const neededRecords = 1 + holdings.unknown.length + holdings.held.size;
  // A server must not take it for the journal that it was, when it has lost something.
  const isNew = isDamaged || file.id() === undefined;
  // Not tried again when there is no room for it now: what is held can be read and sent all the same.
  if (records.length > neededRecords || notices.length > 0 || isNew || file.pastId() !== past.id())
    await compact(file, past, holdings, isNew).catch(() => {});
  return keepJournal({
    path,
    file,
    past,
    lock,
    holdings,
    limitBytes,
    isIntact: !isDamaged,
    notices,
  });
}

function pastLost(path: string): string {
  return `${path} is missing or another one: which commands this host ran before is not known here any more.`;
}
