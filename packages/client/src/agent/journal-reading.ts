import { appendFile, type FileHandle } from 'node:fs/promises';
import { decodeRecord, type JournalRecord } from './journal-record.ts';

export type JournalReading = {
  readonly records: readonly JournalRecord[];
  /** Where the last whole line ends. */
  readonly goodBytes: number;
  /** Something that was once written down can't be read any more. */
  readonly isDamaged: boolean;
  /** What was found wrong, a sentence each. */
  readonly notices: readonly string[];
};

/** Reads all records. What a crash left unfinished at the end is cut off; what is damaged is put aside, beside. */
export async function readJournal(path: string, handle: FileHandle): Promise<JournalReading> {
  const bytes = await handle.readFile();
  const { records, damaged, goodBytes } = readLines(bytes);
  const notices: string[] = [];
  const tornBytes = bytes.length - goodBytes;
  if (tornBytes > 0) {
    const isReserve = bytes.toString('latin1', goodBytes).trim() === '';
    // Whoever wrote it was cut short before the sync, so nothing was done in its trust.
    await handle.truncate(goodBytes);
    await handle.sync();
    if (!isReserve)
      notices.push(
        `The last record of ${path} was cut short by a crash (${tornBytes} bytes) and has been removed.`,
      );
  }
  if (damaged.length > 0) {
    const aside = `${path}.damaged`;
    await appendFile(aside, `${damaged.join('\n')}\n`, { mode: 0o600 });
    notices.push(
      `${path} held ${damaged.length} damaged record(s), put aside in ${aside}: what they said about a run is lost.`,
    );
  }
  return { records, goodBytes, isDamaged: damaged.length > 0, notices };
}

function readLines(bytes: Buffer) {
  const records: JournalRecord[] = [];
  const damaged: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    const line = bytes.toString('utf8', start, end);
    const record = decodeRecord(line);
    if (record === undefined) damaged.push(line);
    else records.push(record);
    start = end + 1;
  }
  return { records, damaged, goodBytes: start };
}
