import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeSealedServer, newKey, startFakeSealedServer } from '../fake-sealed-server.ts';
import { startFakeServer } from '../fake-v1-server.ts';
import { type FakeWork, offerWork } from '../fake-work.ts';
import { findNode20 } from '../node-20.ts';
import { makeHost, type RunOptions, runClient, startClient } from '../run-client.ts';
import { makePinnedHost, type PinnedHost } from '../session/pinned-host.ts';
import { canMount, mountSmallDisk } from '../small-disk.ts';
import { startTlsFront, tlsFixture } from '../tls-front.ts';

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

describe('a live channel that ends', () => {
  test('with a sealed word that this host is connected twice ends the client, with 4; what runs is finished first', async () => {
    const running = run();
    await connected();
    fake.channel.last().push(adHoc({ program: `touch ${path('begun')}; ${awaiting('a')}; ${marking('x')}` }));
    await expect.poll(() => exists('begun')).toBe(true);
    fake.channel.last().goodbye('duplicate_host');
    await running.says(/ended: This host is connected already/);
    await writeFile(path('a'), '');
    const { code, stderr } = await running.ended;
    expect([code, await marks()]).toEqual([4, 'x']);
    expect(stderr).toMatch(/ended for good: This host is connected already/);
  });

  test('so before its hello was answered ends it too', async () => {
    fake.answer('hello', () => {
      setImmediate(() => fake.channel.last().goodbye('duplicate_host'));
      throw new Error('no answer');
    });
    expect(await run().ended).toMatchObject({ code: 4 });
  });

  test.each([
    ['whose name nobody has sealed', () => fake.channel.last().close(4409)],
    ['with a frame that nobody has sealed', () => fake.channel.last().forge(Buffer.alloc(64))],
    ['as the server restarts', () => fake.channel.last().goodbye('restarting')],
    ['as the session is over', () => fake.channel.last().goodbye('session_ended')],
  ])('%s is opened anew', async (_, ending) => {
    const running = run();
    await connected();
    ending();
    await connected(2);
    fake.channel.last().push(adHoc({ program: 'echo 1' }));
    await stored(1);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('without a word is given up after two and a half heartbeats, and opened anew', async () => {
    fake.channel.isSilent = true;
    const running = run();
    await connected(2);
    expect(await end(running)).toMatchObject({
      stderr: expect.stringMatching(/nothing was heard of .* for 2.5 s/),
    });
  });

  test('stays open while the server pings, and a program that runs for long is said to run', async () => {
    const running = run();
    await connected();
    fake.channel.last().push(adHoc({ program: 'sleep 3.5' }));
    await stored(1);
    expect([fake.channel.upgrades, work.started.length]).toEqual([1, 3]);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('is answered under the seal when it calls, and said something else now and then', async () => {
    const running = run();
    await connected();
    const { frames, answered, push } = fake.channel.last();
    push({ type: 'call' });
    // The first frame of the server has answered the hello.
    await expect.poll(() => answered).toEqual([1]);
    const before = frames.length;
    await expect.poll(() => frames.length).toBeGreaterThan(before + 1);
    expect(frames.slice(1).flat()).toEqual([]);
    expect(fake.channel.upgrades).toBe(1);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('proved by another key is told nothing', async () => {
    const other = newKey();
    fake.signer = other;
    const running = run();
    await running.says(/is not the one that .* has pinned: it was told nothing/);
    expect(fake.said).toEqual([]);
    fake.signer = fake.signing;
    await connected();
    expect(await end(running)).toMatchObject({ code: 0 });
  });
});

describe('where the live channel is refused', () => {
  test('three times running, commands are fetched over HTTP, and reported there', async () => {
    fake.channel.refuseUpgrade = { status: 403 };
    work.due.push([work.give({ program: 'echo 1' })]);
    const running = run({}, '--interval', '1');
    await stored(1);
    expect(fake.channel.upgrades).toBe(3);
    await running.says(
      /does not open the live channel \(HTTP 403\); commands are fetched over HTTP meanwhile/,
    );
    work.due.push([work.give({ program: 'echo 2' })]);
    await stored(2);
    expect(fake.channel.upgrades).toBe(3);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('with a Retry-After, it is waited for and nothing else is tried', async () => {
    fake.channel.refuseUpgrade = { status: 503, headers: { 'Retry-After': '1' } };
    const running = run({}, '--interval', '1');
    await expect.poll(() => fake.channel.upgrades).toBe(3);
    fake.channel.refuseUpgrade = undefined;
    await connected();
    expect(fake.asked.filter(({ path }) => path.startsWith('/sealed/'))).toEqual([]);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('what began on it is reported over HTTP, and nothing begun beside it', async () => {
    const running = run({}, '--interval', '0.2');
    await connected();
    const given = adHoc({ program: `touch ${path('begun')}; ${awaiting('a')}; echo 1` });
    fake.channel.last().push(given);
    await expect.poll(() => exists('begun')).toBe(true);
    fake.channel.refuseUpgrade = { status: 403 };
    fake.channel.last().cut();
    work.due.push([work.give({ program: 'echo 2' })]);
    await running.says(/commands are fetched over HTTP meanwhile/);
    expect(work.claims).toEqual([]);
    await writeFile(path('a'), '');
    await stored(2);
    expect(work.finished.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n']);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('all that a program has printed is said over HTTP, also what the channel has carried before (the result was lost)', async () => {
    const running = run({}, '--interval', '0.2');
    await connected();
    const given = adHoc({ program: `echo 1; ${awaiting('a')}` });
    fake.channel.last().push(given);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    fake.channel.refuseUpgrade = { status: 403 };
    fake.channel.last().cut();
    await running.says(/commands are fetched over HTTP meanwhile/);
    await writeFile(path('a'), '');
    await running.says(/: succeeded after .*, stored/);
    expect(work.finished.map(({ stdout }) => stdout)).toEqual(['1\n']);
    expect(await end(running)).toMatchObject({ code: 0 });
  });

  test('as v1 knows none, commands are fetched from a v1 server', async () => {
    const server = await startFakeServer({ hasRecorded: false });
    try {
      const { settings } = await makeHost(server.url, 'verified');
      server.offer(1, { command: 'print(1)' });
      const running = startClient(['--action=run', '-S', settings, '--interval', '1']);
      await running.says(/command 1 .*: succeeded .*, stored/);
      expect(await end(running)).toMatchObject({ code: 0 });
    } finally {
      await server.close();
    }
  });

  test('by a server that names none, commands are fetched over HTTP', async () => {
    delete fake.endpoints.channel;
    work.due.push([work.give({ program: 'echo 1' })]);
    const running = run({}, '--interval', '1');
    await stored(1);
    expect(fake.channel.upgrades).toBe(0);
    expect(await end(running)).toMatchObject({ code: 0 });
  });
});

test('settings that were changed are taken on once nothing runs; those that are of no use leave the old ones', async () => {
  const running = run();
  await connected();
  const text = await readFile(host.settings, 'utf8');
  const replace = async (changed: string) => {
    await writeFile(path('next'), changed);
    await rename(path('next'), host.settings);
  };
  await replace(text.replace(/^uuid = .*$/m, 'uuid = nonsense'));
  await running.says(/the settings stay as they were: the uuid .* was not sealed/);
  fake.channel.last().push(adHoc({ program: `touch ${path('begun')}; ${awaiting('a')}` }));
  await expect.poll(() => exists('begun')).toBe(true);
  await replace(`${text}\n# changed\n`);
  running.child.kill('SIGHUP');
  await running.says(/SIGHUP: the settings were read anew/);
  expect(work.hellos.length).toBe(1);
  await writeFile(path('a'), '');
  await stored(1);
  await connected(2);
  expect(await end(running)).toMatchObject({ code: 0 });
});

describe('through a proxy and TLS', () => {
  test('the channel goes by a tunnel, with the CA that was named', async () => {
    const front = await startTlsFront(fake.url);
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const onward = connect(Number(new URL(front.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const text = await readFile(host.settings, 'utf8');
      await writeFile(host.settings, text.replaceAll(fake.url, front.url));
      const https_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const running = run({ env: { https_proxy, REQUESTS_CA_BUNDLE: tlsFixture('ca.pem') } });
      await connected();
      fake.channel.last().push(adHoc({ program: 'echo 1' }));
      await stored(1);
      expect(new Set(asked)).toEqual(new Set([new URL(front.url).host]));
      expect(await end(running)).toMatchObject({ code: 0 });
      const distrusting = run({ env: { https_proxy } });
      await distrusting.says(/certificate of .* is not trusted/);
      expect(await end(distrusting)).toMatchObject({ code: 0 });
    } finally {
      proxy.closeAllConnections();
      proxy.close();
      await front.close();
    }
  });
});

describe('asked to end', () => {
  test('a client finishes and reports what runs, and begins nothing more', async () => {
    const running = run();
    await connected();
    const given = adHoc({ program: `echo 1; ${awaiting('a')}; echo 2` });
    fake.channel
      .last()
      .push(given, work.give({ program: `${awaiting('a')}` }), work.give({ program: marking('x') }));
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    running.child.kill('SIGTERM');
    await running.says(/SIGTERM: /);
    fake.channel.last().push(adHoc({ program: marking('y') }));
    await writeFile(path('a'), '');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect([work.finished.length, await marks()]).toEqual([2, '']);
    expect(work.finished.map(({ stdout }) => stdout).sort()).toEqual(['', '1\n2\n']);
  });

  test('twice it ends the programs too', async () => {
    const running = run();
    await connected();
    const given = adHoc({ program: `echo 1; sleep 60` });
    fake.channel.last().push(given);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    running.child.kill('SIGTERM');
    await running.says(/SIGTERM: /);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(work.finished).toMatchObject([{ said: { ending: 'stopped' } }]);
  });

  test('it reports over HTTP what ends when the channel is lost', async () => {
    const running = run();
    await connected();
    const given = adHoc({ program: `echo 1; ${awaiting('a')}` });
    fake.channel.last().push(given);
    await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
    running.child.kill('SIGTERM');
    await running.says(/SIGTERM: /);
    fake.channel.last().cut();
    await writeFile(path('a'), '');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(work.finished).toMatchObject([{ stdout: '1\n' }]);
  });
});

describe.skipIf(!canMount)('while the disk is full', () => {
  test('nothing is taken, hello is said all the same, and one sentence says why; with room the channel is there again', async () => {
    const disk = mountSmallDisk();
    const env = { REMOTES_JOURNAL: join(disk.path, 'journal') };
    await runClient(['--action=commands_process', '-S', host.settings], { env });
    // Without the room that it had kept for a run.
    const journal = join(disk.path, 'journal', 'journal');
    await writeFile(journal, `${(await readFile(journal, 'utf8')).trimEnd()}\n`);
    disk.fill();
    const running = run({ env }, '--interval', '0.2');
    await running.says(/the disk is full/);
    await connected(2);
    expect([fake.channel.upgrades, work.claims.length]).toEqual([0, 1]);
    disk.free();
    await connected(3);
    expect(fake.channel.upgrades).toBe(1);
    fake.channel.last().push(adHoc({ program: marking('z') }));
    await stored(1);
    const { code, stderr } = await end(running);
    expect([code, await marks(), stderr.match(/the disk is full/g)?.length]).toEqual([0, 'z', 1]);
  });
});

const node20 = findNode20();
test.skipIf(node20 === undefined)('all of this works on Node 20', async () => {
  const running = run({ node: node20! });
  await connected();
  const given = adHoc({ program: `echo 1; ${awaiting('a')}; echo 2` });
  fake.channel.last().push(given);
  await expect.poll(() => work.printed(given.run, 'stdout')).toBe('1\n');
  fake.channel.last().cut();
  await connected(2);
  await writeFile(path('a'), '');
  await stored(1);
  expect(work.finished[0]?.stdout).toBe('1\n2\n');
  expect(await end(running)).toMatchObject({ code: 0 });
});
