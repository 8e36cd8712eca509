import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeSealedServer, startFakeSealedServer } from '../fake-sealed-server.ts';
import { type FakeWork, offerWork } from '../fake-work.ts';
import { type RunOptions, startClient } from '../run-client.ts';
import { makePinnedHost, type PinnedHost } from '../session/pinned-host.ts';

let fake: FakeSealedServer;
let host: PinnedHost;
let work: FakeWork;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  fake.endpoints.channel = '/sealed/channel/';
  host = await makePinnedHost(fake);
  work = offerWork(fake, host);
});
afterEach(() => fake.close());

const run = (options: RunOptions = {}, ...more: string[]) =>
  startClient(['--action=run', '-S', host.settings, ...more], options);
const path = (name: string) => join(host.folder, name);
const exists = (name: string) =>
  readFile(path(name)).then(
    () => true,
    () => false,
  );
/** Runs until the file is there. */
const awaiting = (name: string) => `while [ ! -e ${path(name)} ]; do sleep 0.02; done`;
const marking = (text: string) => `printf ${text} >> ${path('marks')}`;
const marks = () => readFile(path('marks'), 'utf8').catch(() => '');
const adHoc = (order: Parameters<FakeWork['give']>[0]) => ({ ...work.give(order), group: 0 });
const stored = (count: number) => expect.poll(() => work.finished.length).toBe(count);
const connected = (count = 1) => expect.poll(() => work.hellos.length).toBe(count);
const end = async (running: ReturnType<typeof run>) => {
  running.child.kill('SIGTERM');
  return running.ended;
};

describe('run with a live channel', () => {
  test('proves itself and says hello in one frame, executes what is pushed, and reports it signed', async () => {
    const running = run();
    await connected();
    expect(fake.channel.last().frames[0]?.map(({ type }) => type)).toEqual(['prove', 'hello']);
    fake.channel.last().push(work.give({ program: `echo out; echo err >&2; exit 3` }));
    await stored(1);
    expect(work.finished[0]).toMatchObject({
      stdout: 'out\n',
      stderr: 'err\n',
      said: { ending: 'exited', exit_code: 3 },
    });
    expect(await end(running)).toMatchObject({ code: 0, stdout: '' });
    expect(fake.asked.filter(({ path }) => path.startsWith('/sealed/'))).toEqual([]);
  });

  test('says what a program prints while it runs', async () => {
    const running = run();
    await connected();
    const given = adHoc({ program: `echo 1; ${awaiting('a')}; echo 2; ${awaiting('b')}; echo 3` });
    fake.channel.last().push(given);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    await writeFile(path('a'), '');
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n2\n');
    await writeFile(path('b'), '');
    await stored(1);
    expect(work.finished[0]?.stdout).toBe('1\n2\n3\n');
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('executes those of a group one after the other, and ad-hoc ones beside them', async () => {
    work.welcome.beside_limit = 2;
    const running = run();
    await connected();
    fake.channel
      .last()
      .push(
        work.give({ wireNumber: 1, program: `${awaiting('a')}; ${marking('a')}` }),
        work.give({ wireNumber: 2, program: marking('b') }),
        adHoc({ wireNumber: 3, program: `${awaiting('c')}` }),
        adHoc({ wireNumber: 4, program: marking('d') }),
      );
    await stored(1);
    expect(await marks()).toBe('d');
    await writeFile(path('c'), '');
    await stored(2);
    await writeFile(path('a'), '');
    await stored(4);
    expect(await marks()).toBe('dab');
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('ends a program, with all that it started, when the server says stop; one that waits is never begun', async () => {
    const running = run();
    await connected();
    const first = work.give({ program: `sleep 60 & echo begun; sleep 60` });
    const second = work.give({ program: marking('x') });
    fake.channel.last().push(first, second);
    await expect.poll(() => work.printed(first.run, 'stdout')).toBe('begun\n');
    fake.channel
      .last()
      .push({ type: 'stop', run: second.run, attempt: 1 }, { type: 'stop', run: first.run, attempt: 1 });
    await stored(2);
    expect(work.finished.map(({ run, said }) => [run, said.ending, said.started_at_ms === null])).toEqual([
      [first.run, 'stopped', false],
      [second.run, 'stopped', true],
    ]);
    expect(await marks()).toBe('');
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('goes on while the connection is cut, and says the rest in the next one; nothing twice', async () => {
    const running = run();
    await connected();
    const given = adHoc({ program: `${marking('x')}; echo 1; ${awaiting('a')}; echo 2; ${awaiting('b')}` });
    fake.channel.last().push(given);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    fake.channel.last().cut();
    await writeFile(path('a'), '');
    await connected(2);
    expect(work.hellos[1]?.held).toEqual([{ run: given.run, attempt: 1, state: 'begun' }]);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n2\n');
    await writeFile(path('b'), '');
    await stored(1);
    expect([work.finished[0]?.stdout, await marks()]).toEqual(['1\n2\n', 'x']);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('says all of the output again to a server that has forgotten it', async () => {
    const running = run();
    await connected();
    const given = adHoc({ program: `echo 1; ${awaiting('a')}; echo 2; ${awaiting('b')}` });
    fake.channel.last().push(given);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    work.forgetOutput();
    fake.channel.last().cut();
    await connected(2);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    work.forgetOutput();
    await writeFile(path('a'), '');
    await writeFile(path('b'), '');
    await stored(1);
    expect(work.finished[0]?.stdout).toBe('1\n2\n');
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('reports what ended while there was no connection, and what a kill has cut off as interrupted', async () => {
    const running = run();
    await connected();
    const given = adHoc({ program: `touch ${path('begun')}; ${awaiting('a')}; echo done` });
    fake.channel.refuseUpgrade = { status: 503, headers: { 'Retry-After': '1' } };
    fake.channel.last().push(given);
    await expect.poll(() => exists('begun')).toBe(true);
    fake.channel.last().cut();
    await running.says(/the connection to .* ended/);
    await writeFile(path('a'), '');
    await running.says(/succeeded .*not stored/);
    fake.channel.refuseUpgrade = undefined;
    await stored(1);
    expect(work.finished[0]).toMatchObject({ run: given.run, stdout: 'done\n' });
    const long = adHoc({ program: 'echo begun; sleep 60' });
    fake.channel.last().push(long);
    await expect.poll(() => work.printed(long.run, 'stdout')).toBe('begun\n');
    running.child.kill('SIGKILL');
    await running.ended;
    const again = run();
    await stored(2);
    expect(work.finished[1]).toMatchObject({ run: long.run, said: { ending: 'interrupted' } });
    expect(await end(again)).toMatchObject({ code: 0 });
  });
});
