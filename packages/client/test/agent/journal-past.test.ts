import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { expect, test } from 'vitest';
import { isJournalRefusal, type Journal, type JournalRun } from '../../src/agent/journal.ts';
import { encodeRecord } from '../../src/agent/journal-record.ts';
import { journalFolder, outcome, run } from './journal-folder.ts';

const here = journalFolder();
const uuid = (number: number) => `019ab000-0000-7000-8000-${String(number).padStart(12, '0')}`;

function given(number: number, attempt = 1): JournalRun {
  const ids = { server: uuid(9001), run: uuid(number), job: uuid(5000 + number) };
  return {
    ...run,
    commandId: number,
    name: `command ${number}`,
    given: { ...ids, attempt, revision: 3, manifestExpiresAtMs: 2_000_000_000_000 },
  };
}

async function carryOut(journal: Journal, what: JournalRun): Promise<void> {
  const id = await journal.begin(what);
  if (isJournalRefusal(id)) throw new Error(id.sentence);
  await journal.finish(id, outcome);
  expect(await journal.stored(id)).toBeUndefined();
}

test('a journal keeps its id through new starts, and another has another', async () => {
  const first = await here.open();
  await here.close(first);
  const second = await here.open();
  expect(second.id).toBe(first.id);
  expect(second.isIntact).toBe(true);
  expect(second.id).toMatch(/^[0-9a-f-]{36}$/);
});

test('a journal of an older client gets an id at its first opening, and loses nothing', async () => {
  mkdirSync(here.folder());
  const begun = { kind: 'begun', id: 'an-id', run, begunAtMs: 1, boot: 'earlier1' } as const;
  const unknown = { kind: 'executed', what: 'not known yet' } as never;
  const older = [{ kind: 'journal', version: 1 } as const, begun, unknown].map(encodeRecord).join('');
  writeFileSync(here.path('journal'), older);
  const first = await here.open();
  expect(first.held()).toMatchObject([{ id: 'an-id' }]);
  expect(readFileSync(here.path('journal'), 'utf8')).toContain(encodeRecord(unknown));
  await here.close(first);
  expect((await here.open()).id).toBe(first.id);
});

test('a journal that has lost something says so, and is another one from then on', async () => {
  const first = await here.open();
  await first.begin(given(1));
  await here.close(first);
  const text = readFileSync(here.path('journal'), 'utf8');
  writeFileSync(here.path('journal'), text.replace('"begun"', '"begin"'));
  const second = await here.open();
  expect(second.isIntact).toBe(false);
  expect(second.id).not.toBe(first.id);
  await here.close(second);
  expect((await here.open()).id).toBe(second.id);
});

test('a record that a crash cut short is no loss: nothing was done in its trust', async () => {
  const first = await here.open();
  await here.close(first);
  appendFileSync(here.path('journal'), encodeRecord({ kind: 'stored', id: 'an-id' }).slice(0, 30));
  const second = await here.open();
  expect([second.id, second.isIntact]).toEqual([first.id, true]);
});

test('that a run ran is kept for ever, and its output is not', async () => {
  const first = await here.open();
  await carryOut(first, given(1));
  expect(readFileSync(here.path('journal'), 'utf8')).toMatch(/^.*"kind":"journal".*\n$/);
  await here.close(first);
  expect((await here.open()).past()).toEqual([
    {
      kind: 'past',
      server: uuid(9001),
      host: run.host,
      run: uuid(1),
      job: uuid(5001),
      attempt: 1,
      wire_number: 1,
      revision: 3,
      name: 'command 1',
      state: 'failed',
      exit_code: 3,
      finished_at_ms: outcome.startedAtMs + outcome.durationMs,
      manifest_expires_at_ms: 2_000_000_000_000,
    },
  ]);
  expect(statSync(here.path('past')).mode & 0o777).toBe(0o600);
});

test('a run of v1 leaves nothing behind when it is stored', async () => {
  const journal = await here.open();
  await carryOut(journal, run);
  expect(journal.past()).toEqual([]);
  expect(() => statSync(here.path('past'))).toThrow('ENOENT');
});

test('the same attempt, or an earlier one, never begins twice: not while it is held, not when it is stored, not after a new start', async () => {
  const first = await here.open();
  const id = await first.begin(given(1, 2));
  if (isJournalRefusal(id)) throw new Error(id.sentence);
  const refusedFor = async (journal: Journal, ...attempts: number[]) => {
    for (const attempt of attempts) {
      expect(journal.hasBegun(uuid(1), attempt)).toBe(true);
      expect(await journal.begin(given(1, attempt))).toMatchObject({ refused: 'begun_before' });
    }
  };
  await refusedFor(first, 1, 2);
  await first.finish(id, outcome);
  await refusedFor(first, 1, 2);
  await first.stored(id);
  await refusedFor(first, 1, 2);
  await here.close(first);
  const second = await here.open();
  await refusedFor(second, 1, 2);
  expect(second.hasBegun(uuid(1), 3)).toBe(false);
  await carryOut(second, given(1, 3));
  await refusedFor(second, 1, 2, 3);
});

test('a refused run is remembered as that; it stands in no way, and takes no other’s place', async () => {
  const journal = await here.open();
  await journal.keepUnbegun(given(1), 'refused');
  await carryOut(journal, given(2));
  await journal.keepUnbegun(given(2), 'refused');
  expect(journal.hasBegun(uuid(1), 1)).toBe(false);
  const states = () => journal.past().map(({ wire_number, state }) => [wire_number, state]);
  expect(states()).toEqual([
    [1, 'refused'],
    [2, 'failed'],
  ]);
  await carryOut(journal, given(1));
  expect(states()[0]).toEqual([1, 'failed']);
});

test('a run that never came to its end is remembered as interrupted', async () => {
  const journal = await here.open();
  const id = await journal.begin(given(1));
  await journal.stored(String(id));
  expect(journal.past()).toMatchObject([{ state: 'interrupted', exit_code: null, finished_at_ms: null }]);
});

test('the past takes no room from results that wait', async () => {
  const journal = await here.open({ limitBytes: 2000 });
  for (let number = 1; number <= 40; number += 1) await carryOut(journal, given(number));
  expect(statSync(here.path('past')).size).toBeGreaterThan(4 * 2000);
  expect(await journal.ready()).toBeUndefined();
  await here.close(journal);
  expect(statSync(here.path('past')).size / 40).toBeLessThan(600);
  const second = await here.open({ limitBytes: 2000 });
  expect(await second.ready()).toBeUndefined();
  expect(second.past()).toHaveLength(40);
});

test('while its past can’t be written down a run stays held, with its result', async () => {
  const journal = await here.open();
  mkdirSync(here.path('past'));
  const id = String(await journal.begin(given(1)));
  await journal.finish(id, outcome);
  expect(await journal.stored(id)).toMatchObject({ refused: 'journal_unusable' });
  expect(journal.held()).toMatchObject([{ id, outcome }]);
  rmdirSync(here.path('past'));
  expect(await journal.stored(id)).toBeUndefined();
  expect(journal.held()).toEqual([]);
  expect(journal.past()).toHaveLength(1);
});

test('a damaged record of the past is put aside, said once, and the rest is kept', async () => {
  const first = await here.open();
  for (const number of [1, 2]) await carryOut(first, given(number));
  await here.close(first);
  const text = readFileSync(here.path('past'), 'utf8');
  writeFileSync(here.path('past'), text.replace('"command 1"', '"command 7"'));
  const second = await here.open();
  expect(second.notices).toEqual([expect.stringContaining('damaged record')]);
  expect(second.past()).toMatchObject([{ wire_number: 2 }]);
  await here.close(second);
  const third = await here.open();
  expect(third.notices).toEqual([]);
  expect(third.past()).toMatchObject([{ wire_number: 2 }]);
});

test.each<[string, () => void]>([
  ['damaged', () => editPast((text) => text.replace('"command 1"', '"command 7"'))],
  ['without its head', () => editPast((text) => text.replace('"kind":"journal"', '"kind":"journey"'))],
  ['all of it something else', () => editPast(() => 'nothing of ours')],
  ['empty', () => editPast(() => '')],
  ['missing', () => rmSync(here.path('past'))],
  [
    'that of an earlier journal',
    () => {
      renameSync(here.path('past'), here.path('aside'));
      writeFileSync(here.path('past'), readFileSync(here.path('earlier')));
    },
  ],
])('a journal whose past is %s has lost something: it says so, and is another one', async (_, harm) => {
  const earlier = await here.open();
  await carryOut(earlier, given(3));
  await here.close(earlier);
  renameSync(here.path('past'), here.path('earlier'));
  rmSync(here.path('journal'));
  const first = await here.open();
  for (const number of [1, 2]) await carryOut(first, given(number));
  await here.close(first);
  harm();
  const second = await here.open();
  expect(second.isIntact).toBe(false);
  expect(second.id).not.toBe(first.id);
  expect(second.notices).not.toEqual([]);
  await carryOut(second, given(4));
  await here.close(second);
  const third = await here.open();
  expect([third.isIntact, third.id, third.notices]).toEqual([true, second.id, []]);
  expect(third.past()).toMatchObject(expect.arrayContaining([expect.objectContaining({ wire_number: 4 })]));
});

test('a past that came before journals named theirs is taken as it is, and is missed from then on', async () => {
  const first = await here.open();
  await carryOut(first, given(1));
  await here.close(first);
  writeFileSync(here.path('journal'), encodeRecord({ kind: 'journal', version: 1, id: first.id }));
  const second = await here.open();
  expect([second.isIntact, second.id, second.past().length]).toEqual([true, first.id, 1]);
  await here.close(second);
  rmSync(here.path('past'));
  expect((await here.open()).isIntact).toBe(false);
});

function editPast(edit: (text: string) => string): void {
  writeFileSync(here.path('past'), edit(readFileSync(here.path('past'), 'utf8')));
}
