import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { isJournalRefusal, openJournal } from '../../src/agent/journal.ts';
import { ownMark } from '../../src/host/process-mark.ts';
import { begin, journalFolder, outcome, run } from './journal-folder.ts';

const here = journalFolder();
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Another client that wants the same journal; what it says about it. */
async function otherClient() {
  const script = new URL('fixtures/holds-the-journal.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, here.folder()], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [answer] = await once(child.stdout!, 'data');
  return { child, answer: String(answer).trim() };
}

const locks = () => readdirSync(here.folder()).filter((name) => name.startsWith('lock-'));
const leaveLock = (mark: string, ageMs: number) => {
  mkdirSync(here.folder());
  const path = here.path(`lock-${mark}-00000000`);
  writeFileSync(path, '');
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
};
const change = (part: number, to: string) => ownMark().split('.').with(part, to).join('.');

describe('two clients with the same settings file', () => {
  test('the second is told in a sentence who the first is', async () => {
    const { child, answer } = await otherClient();
    expect(answer).toBe('open');
    expect(await openJournal(here.folder())).toEqual({
      refused: 'locked',
      sentence: `Another client (process ${child.pid}) executes commands with this settings file: stop it, or wait until it is done.`,
    });
    expect(locks()).toHaveLength(1);
  });

  test('the second may go to work when the first has ended', async () => {
    const { child } = await otherClient();
    child.stdin!.end();
    await once(child, 'exit');
    expect(locks()).toEqual([]);
    await here.open();
  });

  test('the second may go to work when the first was killed', async () => {
    const { child } = await otherClient();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await here.open();
    expect(locks()).toHaveLength(1);
  });

  test('of many that start at the same moment exactly one goes to work', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => openJournal(here.folder())));
    const opened = answers.flatMap((answer) => (isJournalRefusal(answer) ? [] : [answer]));
    for (const journal of opened) await journal.close();
    expect(opened).toHaveLength(1);
    expect(locks()).toEqual([]);
  });

  test('opening it twice in one process is refused too', async () => {
    await here.open();
    expect(await openJournal(here.folder())).toMatchObject({ refused: 'locked' });
  });
});

describe('a lock that nobody holds any more', () => {
  test.each([
    ['whose process has gone', change(1, '1'), 0],
    ['from before the machine was started anew', change(2, '00000000'), 0],
    ['of another container that has not been heard of for long', change(3, '00000000'), 60_000],
    ['that names nobody', 'nonsense', 0],
  ])('one %s is removed', async (_which, mark, ageMs) => {
    leaveLock(mark, ageMs);
    await here.open();
    expect(locks()).toEqual([expect.stringContaining(ownMark())]);
  });

  test('one of another container that was heard of lately holds', async () => {
    leaveLock(change(3, '00000000'), 2000);
    expect(await openJournal(here.folder())).toMatchObject({
      refused: 'locked',
      sentence: expect.stringMatching(/^Another client, in another container .*half a minute\.$/),
    });
  });

  test('a client whose lock was taken for abandoned begins nothing more', async () => {
    const journal = await here.open();
    await begin(journal);
    for (const name of locks()) unlinkSync(here.path(name));
    const refusal = { refused: 'locked', sentence: expect.any(String) };
    expect(await journal.ready()).toMatchObject(refusal);
    expect(await journal.begin(run)).toMatchObject(refusal);
  });

  test('and writes nothing more into what is another client’s now', async () => {
    const journal = await here.open();
    const id = await begin(journal);
    for (const name of locks()) unlinkSync(here.path(name));
    const before = readFileSync(here.path('journal'));
    expect(await journal.finish(id, outcome)).toMatchObject({ refused: 'locked' });
    expect(await journal.stored(id)).toMatchObject({ refused: 'locked' });
    expect(readFileSync(here.path('journal'))).toEqual(before);
  });
});
