import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { begin, journalFolder, outcome } from './journal-folder.ts';

const here = journalFolder();
const commands = (journal: { held(): readonly { run: { commandId: number }; outcome?: unknown }[] }) =>
  journal.held().map((held) => [held.run.commandId, held.outcome !== undefined]);

/** A journal of two runs, the first of which has ended; where each of its lines begins. */
async function threeRecords() {
  const journal = await here.open();
  const id = await begin(journal, 1);
  await begin(journal, 2);
  await journal.finish(id, outcome);
  await here.close(journal);
  const bytes = readFileSync(here.path('journal'));
  const starts = [0];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  expect(starts).toHaveLength(5);
  return { bytes, starts };
}

test('cut short at any byte of its last record, it holds what it held before that record', async () => {
  const { bytes, starts } = await threeRecords();
  for (let length = starts[3]!; length < bytes.length; length += 1) {
    writeFileSync(here.path('journal'), bytes);
    truncateSync(here.path('journal'), length);
    const journal = await here.open();
    expect(commands(journal)).toEqual([
      [1, false],
      [2, false],
    ]);
    expect(journal.notices).toHaveLength(length === starts[3] ? 0 : 1);
    // And goes on from there.
    expect(await journal.finish(journal.held()[0]!.id, outcome)).toBeUndefined();
    await here.close(journal);
    const again = await here.open();
    expect(commands(again)).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(again.notices).toEqual([]);
    await here.close(again);
  }
});

test('cut short anywhere, it holds the records before that place', async () => {
  const { bytes, starts } = await threeRecords();
  const heldAfter = [
    [],
    [],
    [[1, false]],
    [
      [1, false],
      [2, false],
    ],
  ];
  for (let length = 0; length < starts[3]!; length += 5) {
    writeFileSync(here.path('journal'), bytes.subarray(0, length));
    const journal = await here.open();
    expect(commands(journal)).toEqual(heldAfter[starts.findLastIndex((start) => start <= length)]);
    await here.close(journal);
  }
});

test('a record damaged in the middle is reported, put aside, and costs no other', async () => {
  const { bytes, starts } = await threeRecords();
  for (let at = starts[2]!; at < starts[3]! - 1; at += 7) {
    const damaged = Buffer.from(bytes);
    damaged[at]! ^= 1;
    writeFileSync(here.path('journal'), damaged);
    const journal = await here.open();
    expect(commands(journal)).toEqual([[1, true]]);
    expect(journal.notices).toEqual([expect.stringMatching(/ held 1 damaged record/)]);
    await here.close(journal);
  }
  expect(statSync(here.path('journal.damaged')).mode & 0o777).toBe(0o600);
  expect(readFileSync(here.path('journal.damaged'), 'utf8')).toContain('"commandId":2');
  const next = await here.open();
  expect(next.notices).toEqual([]);
});

test('damage to the record of a beginning does not cost the outcome', async () => {
  const { bytes, starts } = await threeRecords();
  bytes[starts[1]! + 30]! ^= 1;
  writeFileSync(here.path('journal'), bytes);
  expect(commands(await here.open())).toEqual([
    [2, false],
    [1, true],
  ]);
});

test('a file that never was a journal is put aside', async () => {
  const journal = await here.open();
  await here.close(journal);
  writeFileSync(here.path('journal'), 'something\nelse\n\n');
  const opened = await here.open();
  expect(opened.held()).toEqual([]);
  expect(opened.notices).toHaveLength(1);
  await begin(opened);
  expect(existsSync(here.path('journal.damaged'))).toBe(true);
});
