import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { isJournalRefusal, type Journal, type JournalRun, openJournal } from '../../src/agent/journal.ts';
import type { Outcome } from '../../src/host/outcome.ts';

export const run: JournalRun = {
  serverUrl: 'http://192.168.1.50/',
  host: '5f0c3a55-0000-4000-8000-000000000001',
  commandId: 7,
};

export const outcome: Outcome = {
  ending: 'exited',
  exitCode: 3,
  signal: undefined,
  reason: undefined,
  sentence: undefined,
  stdout: Buffer.from([0, 255, 10, 13, 34]),
  stderr: Buffer.from(' é\n'),
  cutBytes: { stdout: 0, stderr: 12 },
  resultText: '[\n  NaN, 12345678901234567890, "é"\n]',
  startedAtMs: 1_795_455_282_640,
  durationMs: 12,
};

/** A folder for the journal of each test; journals opened through it are closed after it. */
export function journalFolder() {
  let folder = '';
  let journals: Journal[] = [];
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'remotes-test-')), 'journal-folder');
    journals = [];
  });
  afterEach(async () => {
    for (const journal of journals) await journal.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });
  return {
    path: (name: string) => join(folder, name),
    folder: () => folder,
    async open(limits?: { limitBytes: number }): Promise<Journal> {
      const journal = await openJournal(folder, limits);
      if (isJournalRefusal(journal)) throw new Error(journal.sentence);
      journals.push(journal);
      return journal;
    },
    async close(journal: Journal): Promise<void> {
      journals = journals.filter((open) => open !== journal);
      await journal.close();
    },
  };
}

/** Begins a run; a refusal is an error. */
export async function begin(journal: Journal, commandId = run.commandId): Promise<string> {
  const id = await journal.begin({ ...run, commandId });
  if (isJournalRefusal(id)) throw new Error(id.sentence);
  return id;
}
