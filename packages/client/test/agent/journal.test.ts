import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isJournalRefusal, openJournal } from '../../src/agent/journal.ts';
import { encodeRecord } from '../../src/agent/journal-record.ts';
import { begin, journalFolder, outcome, run } from './journal-folder.ts';

const here = journalFolder();
const states = (journal: { held(): readonly { run: { commandId: number }; outcome?: unknown }[] }) =>
  journal.held().map((held) => [held.run.commandId, held.outcome === undefined ? 'begun' : 'finished']);

describe('the journal', () => {
  test('a new one holds nothing', async () => {
    const journal = await here.open();
    expect(journal.held()).toEqual([]);
    expect(journal.notices).toEqual([]);
  });

  test('nobody else may read it', async () => {
    mkdirSync(here.folder(), { mode: 0o755 });
    writeFileSync(here.path('journal'), '', { mode: 0o644 });
    await begin(await here.open());
    expect(statSync(here.folder()).mode & 0o777).toBe(0o700);
    expect(statSync(here.path('journal')).mode & 0o777).toBe(0o600);
  });

  test('a run that began and has no outcome is held, through a new start', async () => {
    const first = await here.open();
    const id = await begin(first);
    await here.close(first);
    const second = await here.open();
    expect(second.held()).toEqual([
      { id, run, begunAtMs: expect.any(Number), isFromEarlierBoot: false, outcome: undefined },
    ]);
    expect(second.notices).toEqual([]);
  });

  test('an outcome is held with every byte of its output, through a new start', async () => {
    const first = await here.open();
    await first.finish(await begin(first), outcome);
    expect(first.held()[0]?.outcome).toEqual(outcome);
    await here.close(first);
    expect((await here.open()).held()[0]?.outcome).toEqual(outcome);
  });

  test('what the server has stored is forgotten, through a new start', async () => {
    const first = await here.open();
    const [one, two, three] = [await begin(first, 1), await begin(first, 2), await begin(first, 3)];
    await first.finish(one!, outcome);
    await first.finish(two!, outcome);
    await first.stored(two!);
    expect(states(first)).toEqual([
      [1, 'finished'],
      [3, 'begun'],
    ]);
    await first.stored(three!);
    await here.close(first);
    const second = await here.open();
    expect(states(second)).toEqual([[1, 'finished']]);
    await second.stored(one!);
    expect(second.held()).toEqual([]);
    expect(await second.stored(one!)).toBeUndefined();
  });

  test('a run of an earlier boot is told from one of this boot', async () => {
    const first = await here.open();
    await here.close(first);
    const record = { kind: 'begun', id: 'an-id', run, begunAtMs: 1, boot: 'earlier1' } as const;
    appendFileSync(here.path('journal'), encodeRecord(record));
    expect((await here.open()).held()).toMatchObject([{ id: 'an-id', isFromEarlierBoot: true }]);
  });

  test('runs that begin and end at the same time are all kept', async () => {
    const first = await here.open();
    const ids = await Promise.all(Array.from({ length: 20 }, (_, index) => begin(first, index)));
    await Promise.all(
      ids.map((id, index) => (index % 2 === 0 ? first.finish(id, outcome) : first.stored(id))),
    );
    await here.close(first);
    expect(states(await here.open())).toEqual(
      Array.from({ length: 10 }, (_, index) => [2 * index, 'finished']),
    );
  });

  test('it does not grow with the runs that the server has stored', async () => {
    const journal = await here.open();
    const empty = readFileSync(here.path('journal'));
    for (let runs = 0; runs < 5; runs += 1) {
      const id = await begin(journal);
      await journal.finish(id, { ...outcome, stdout: Buffer.alloc(100_000) });
      await journal.stored(id);
      expect(readFileSync(here.path('journal'))).toEqual(empty);
    }
  });

  test('what is stored goes at the next start, while the rest is held', async () => {
    const first = await here.open();
    await begin(first, 1);
    const stored = await begin(first, 2);
    await first.finish(stored, { ...outcome, stdout: Buffer.alloc(100_000) });
    await first.stored(stored);
    await here.close(first);
    expect(states(await here.open())).toEqual([[1, 'begun']]);
    expect(statSync(here.path('journal')).size).toBeLessThan(1000);
  });

  test('records that only a newer client understands are left in it', async () => {
    const first = await here.open();
    await here.close(first);
    const newer = encodeRecord({ kind: 'executed', what: 'not known yet' } as never);
    appendFileSync(here.path('journal'), newer);
    const second = await here.open();
    const id = await begin(second);
    await second.stored(id);
    await here.close(second);
    await here.open();
    expect(readFileSync(here.path('journal'), 'utf8')).toContain(newer);
  });

  test('the room that is kept for the next run is no record, and no damage', async () => {
    const first = await here.open();
    await begin(first, 1);
    expect(await first.ready()).toBeUndefined();
    await here.close(first);
    const second = await here.open();
    expect(second.notices).toEqual([]);
    expect(states(second)).toEqual([[1, 'begun']]);
    expect(await second.ready()).toBeUndefined();
    await begin(second, 2);
    await here.close(second);
    const third = await here.open();
    expect(third.notices).toEqual([]);
    expect(states(third)).toEqual([
      [1, 'begun'],
      [2, 'begun'],
    ]);
  });

  test('one that a newer client has changed beyond that is left alone', async () => {
    mkdirSync(here.folder());
    const newer = encodeRecord({ kind: 'journal', version: 2 });
    writeFileSync(here.path('journal'), newer);
    expect(await openJournal(here.folder())).toMatchObject({
      refused: 'journal_unusable',
      sentence: expect.stringContaining('a newer client wrote it; update this one'),
    });
    expect(readFileSync(here.path('journal'), 'utf8')).toBe(newer);
  });

  test('a folder that can’t be made is refused in a sentence', async () => {
    const refusal = await openJournal('/proc/nothing/journal');
    expect(isJournalRefusal(refusal) && refusal.refused).toBe('journal_unusable');
  });
});

describe('a full journal', () => {
  test('refuses new runs until results are stored, and keeps those that it holds', async () => {
    const journal = await here.open({ limitBytes: 2000 });
    const id = await begin(journal);
    expect(await journal.finish(id, { ...outcome, stdout: Buffer.alloc(3000) })).toBeUndefined();
    expect(await journal.ready()).toMatchObject({ refused: 'journal_full', sentence: expect.any(String) });
    expect(await journal.begin(run)).toMatchObject({ refused: 'journal_full', sentence: expect.any(String) });
    expect(states(journal)).toEqual([[7, 'finished']]);
    await journal.stored(id);
    expect(await journal.ready()).toBeUndefined();
    expect(isJournalRefusal(await journal.begin(run))).toBe(false);
  });

  test('makes room by forgetting what is stored before it refuses', async () => {
    const journal = await here.open({ limitBytes: 2000 });
    await begin(journal, 1);
    const id = await begin(journal, 2);
    await journal.finish(id, { ...outcome, stdout: Buffer.alloc(3000) });
    await journal.stored(id);
    await begin(journal, 3);
    await here.close(journal);
    expect(states(await here.open())).toEqual([
      [1, 'begun'],
      [3, 'begun'],
    ]);
  });
});
