import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostMessage } from '@remotes/protocol/messages';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  cut,
  type FakeSealedServer,
  type Meddling,
  newKey,
  startFakeSealedServer,
} from '../fake-sealed-server.ts';
import { type FakeWork, offerWork, refusal } from '../fake-work.ts';
import { runClient } from '../run-client.ts';
import { makePinnedHost, type PinnedHost } from '../session/pinned-host.ts';

let fake: FakeSealedServer;
let host: PinnedHost;
let work: FakeWork;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  host = await makePinnedHost(fake);
  work = offerWork(fake, host);
});
afterEach(() => fake.close());

const act = (action: string, ...more: string[]) =>
  runClient([`--action=${action}`, '-S', host.settings, ...more]);
const said = () =>
  fake.said
    .map(({ type }) => type)
    .filter((type) => type !== 'output' && type !== 'prove')
    .join();
const marking = (text: string) => `printf ${text} >> ${join(host.folder, 'marks')}`;
const marks = () => readFile(join(host.folder, 'marks'), 'utf8').catch(() => '');
const results = (stdout: string) => JSON.parse(stdout).commands_results;

describe('a server that was restored while a program ran', () => {
  /** From the next request on, this one not obeyed before. */
  const restored: Meddling = (answer) => {
    Object.assign(work.welcome, { wants_past: true });
    return answer;
  };

  test('is told the past, and then the report again in the same pass (the result was lost)', async () => {
    const runs = ['a', 'b'].map((text, index) =>
      work.give({ wireNumber: index + 1, program: marking(text) }),
    );
    work.due.push(runs);
    work.giveAgain = (given) => given;
    fake.meddle({ after: restored });
    const { code, stdout, stderr } = await act('commands_process');
    expect({ code, stderr: stderr.replaceAll(/.*restored from a backup.*\n/g, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(said()).toBe('hello,claim,finished,hello,ran,finished,claim,finished');
    expect(work.told).toMatchObject([{ run: runs[0]?.run, state: 'interrupted' }]);
    expect(work.finished.map(({ run, said }) => [run, said.ending])).toEqual(
      runs.map(({ run }) => [run, 'exited']),
    );
    expect([results(stdout)[1].is_stored, results(stdout)[2].is_stored, await marks()]).toEqual([
      true,
      true,
      'ab',
    ]);
  });

  test('that wants its past for ever leaves the result in the journal, and nothing more is begun', async () => {
    const given = work.give({ program: marking('a') });
    work.due.push([given, work.give({ wireNumber: 8, program: marking('b') })]);
    work.refusals.set(given.run, 'past_wanted');
    expect(await act('commands_process')).toMatchObject({ code: 1 });
    expect(await marks()).toBe('a');
    work.refusals.clear();
    await act('commands_process');
    expect(work.hellos.at(-1)?.held).toEqual([{ run: given.run, attempt: 1, state: 'finished' }]);
    expect(work.finished.map(({ run }) => run)).toEqual([given.run]);
  });

  test('is told the past as soon as it refuses that the program runs, which goes on', async () => {
    work.due.push([work.give({ program: `sleep 2.2; ${marking('a')}` })]);
    fake.meddle({ after: restored });
    expect(await act('commands_process')).toMatchObject({ code: 0 });
    expect(said()).toBe('hello,claim,started,hello,ran,started,finished');
    expect([work.finished.length, await marks()]).toEqual([1, 'a']);
  });

  test('is told the past, and then again what was refused', async () => {
    work.due.push([work.give({ program: marking('evil'), signing: newKey() })]);
    fake.meddle({ after: restored });
    await act('commands_process');
    expect(said()).toBe('hello,claim,refused,hello,ran,refused');
    expect([work.refused.map(({ code }) => code), await marks()]).toEqual([['manifest_unsigned'], '']);
  });
});

describe('nothing further of a batch is begun', () => {
  const offered = () => {
    const runs = ['a', 'b'].map((text, index) =>
      work.give({ wireNumber: index + 1, program: marking(text) }),
    );
    work.due.push(runs);
    return runs;
  };

  test.each(['host_disabled', 'permission_denied', 'host_not_approved', 'host_unproved'])(
    'once a report is refused for who this host is: %s (a disabled host began another program)',
    async (code) => {
      const [first] = offered();
      fake.answer('finished', () => [refusal('finished', code)]);
      const ended = await act('commands_process');
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(`The fake says ${code}.`) });
      expect([await marks(), said()]).toEqual(['a', 'hello,claim,finished']);
      await act('commands_process');
      expect(work.hellos[1]?.held).toEqual([{ run: first?.run, attempt: 1, state: 'finished' }]);
      expect(await marks()).toBe('a');
    },
  );

  test('nor when that refusal names the run', async () => {
    const [first] = offered();
    work.refusals.set(first?.run ?? '', 'host_disabled');
    expect(await act('commands_process')).toMatchObject({ code: 1 });
    expect(await marks()).toBe('a');
  });

  test('once the report of what this host does not execute is refused for who it is', async () => {
    work.due.push([
      work.give({ program: marking('evil'), signing: newKey() }),
      work.give({ wireNumber: 8, program: marking('b') }),
    ]);
    fake.answer('refused', () => [refusal('refused', 'host_disabled')]);
    expect(await act('commands_process')).toMatchObject({ code: 1 });
    expect(await marks()).toBe('');
  });

  test.each<[string, () => void]>([
    ['its proof is not taken any more', () => fake.hosts.clear()],
    [
      'its proof is refused',
      () => fake.answer('prove' as HostMessage['type'], () => [refusal('prove', 'host_disabled')]),
    ],
  ])('once the session has ended and cannot be renewed: %s', async (_, change) => {
    offered();
    const meddling: Meddling = (answer) => {
      change();
      fake.forget('sessions');
      return answer;
    };
    fake.meddle({ after: meddling });
    expect(await act('commands_process')).toMatchObject({ code: 1 });
    expect(await marks()).toBe('a');
  });

  test('once a report could not be delivered', async () => {
    offered();
    fake.meddle('honest', { before: cut });
    expect(await act('commands_process')).toMatchObject({ code: 1 });
    expect(await marks()).toBe('a');
  });

  test('but a refusal of one report alone holds up nothing', async () => {
    const [first] = offered();
    work.refusals.set(first?.run ?? '', 'report_illegal');
    await act('commands_process');
    expect(await marks()).toBe('ab');
  });
});

describe('a run that an operator stops before its turn', () => {
  test('is never begun, and reported as stopped, with no time at which it started (it was executed)', async () => {
    const [first, second, third] = ['a', 'b', 'c'].map((text, index) =>
      work.give({ wireNumber: index + 1, program: marking(text) }),
    );
    work.due.push([first!, second!, third!]);
    work.stopAsked.add(second!.run);
    const { code, stdout, stderr } = await act('commands_process');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await marks()).toBe('ac');
    expect(work.finished[1]?.said).toMatchObject({
      run: second!.run,
      ending: 'stopped',
      exit_code: null,
      started_at_ms: null,
      duration_ms: null,
      message: 'An operator has stopped this run before it began: the program was not started.',
    });
    expect(results(stdout)[2]).toMatchObject({ ending: 'stopped', is_stored: true, exit_code: null });
    work.due.push([second!]);
    await act('commands_process');
    expect([work.refused.map(({ code }) => code), await marks()]).toEqual([['manifest_replayed'], 'ac']);
  });

  test('is not begun when the answer to the claim itself says so', async () => {
    const given = work.give({ wireNumber: 12, program: marking('a') });
    fake.answer('claim', () => [
      { type: 'stop', run: given.run, attempt: 1 },
      given,
      { type: 'claimed', runs: 1, has_more: false, time_ms: Date.now() },
    ]);
    const { code, stdout } = await act('command_get', '--command=12');
    expect([code, JSON.parse(stdout).ending, await marks()]).toEqual([143, 'stopped', '']);
  });

  test('is begun where another attempt was stopped', async () => {
    const given = work.give({ program: marking('a') });
    fake.answer('claim', () => [
      { type: 'stop', run: given.run, attempt: 2 },
      given,
      { type: 'claimed', runs: 1, has_more: false, time_ms: Date.now() },
    ]);
    expect(await act('commands_process')).toMatchObject({ code: 0 });
    expect(await marks()).toBe('a');
  });
});
