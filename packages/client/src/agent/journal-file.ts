import { randomUUID } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile, syncFolder } from '../files/replace-file.ts';
import { type JournalReading, readJournal } from './journal-reading.ts';
import { encodeRecord, type JournalHeader, type JournalRecord, newestVersion } from './journal-record.ts';

/**
 * A file of records that only ever grows at its end, or is replaced whole. Errors of the file system are thrown; after any of
 * them the file holds what it held before, or `isBroken` says that this can't be promised any more.
 */
export type JournalFile = {
  /** Of this journal; undefined while a client that gave none is the last one that wrote it anew. */
  readonly id: () => string | undefined;
  /** The id of the past that belongs to it. */
  readonly pastId: () => string | undefined;
  readonly sizeBytes: () => number;
  readonly isBroken: () => boolean;
  /** Takes room for the next record, synced, and keeps it: blanks behind the last one, which are no record yet. */
  reserve(): Promise<void>;
  /** With `isSynced` the record is on the disk when this returns. */
  append(record: JournalRecord, isSynced: boolean): Promise<void>;
  replace(records: readonly JournalRecord[], change?: HeaderChange): Promise<void>;
  /** Forgets all records. Unsynced: after a power cut they may be there again. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

/** With `isNew` it is another journal from then on. */
type HeaderChange = { readonly isNew?: boolean; readonly pastId?: string | undefined };

export type OpenedJournalFile = JournalReading & { readonly file: JournalFile };

/** Not in the mode that appends: a record goes over the blanks that hold its room. */
const flags = constants.O_RDWR | constants.O_CREAT;

/** Above what the beginning of a run takes, whose texts are short but for the server's address. */
const reservedBytes = 4096;

/** Opens or makes the file, and sets right what a crash or a bad disk did to it. */
export async function openJournalFile(path: string): Promise<OpenedJournalFile> {
  const handle = await open(path, flags, 0o600);
  try {
    await handle.chmod(0o600);
    const reading = await readJournal(path, handle);
    if (reading.goodBytes > 0) return { file: journalFile(path, handle, reading), ...reading };
    const header = newHeader();
    const file = journalFile(path, handle, { ...reading, records: [header] });
    await file.append(header, true);
    await syncFolder(dirname(path));
    return { file, ...reading };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function newHeader(): JournalHeader {
  return { kind: 'journal', version: newestVersion, id: randomUUID() };
}

function journalFile(
  path: string,
  opened: FileHandle,
  { records: [first], goodBytes }: Pick<JournalReading, 'records' | 'goodBytes'>,
): JournalFile {
  let header: JournalHeader = first?.kind === 'journal' ? first : { kind: 'journal', version: newestVersion };
  let handle = opened;
  let sizeBytes = goodBytes;
  let isBroken = false;

  const sync = async () => {
    try {
      await handle.datasync();
    } catch (error) {
      // After a failed sync nobody knows what is on the disk.
      isBroken = true;
      throw error;
    }
  };

  const writeAtEnd = async (bytes: Buffer, isSynced: boolean) => {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, sizeBytes + done);
        done += bytesWritten;
      }
      if (isSynced) await sync();
    } catch (error) {
      await handle.truncate(sizeBytes).catch(() => {
        isBroken = true;
      });
      throw error;
    }
  };

  return {
    id: () => header.id,
    pastId: () => header.past,
    sizeBytes: () => sizeBytes,
    isBroken: () => isBroken,
    reserve: () => writeAtEnd(Buffer.alloc(reservedBytes, ' '), true),
    async append(record, isSynced) {
      const bytes = Buffer.from(encodeRecord(record));
      await writeAtEnd(bytes, isSynced);
      sizeBytes += bytes.length;
    },
    async replace(records, { isNew = false, pastId } = {}) {
      const { past: _, ...same } = isNew ? newHeader() : header;
      const first = pastId === undefined ? same : { ...same, past: pastId };
      const text = [first, ...records].map(encodeRecord).join('');
      await replaceFile(path, text);
      header = first;
      isBroken = true;
      await handle.close();
      handle = await open(path, flags, 0o600);
      sizeBytes = Buffer.byteLength(text);
      isBroken = false;
    },
    async clear() {
      const emptyBytes = encodeRecord(header).length;
      await handle.truncate(emptyBytes);
      sizeBytes = emptyBytes;
    },
    close: () => handle.close(),
  };
}
