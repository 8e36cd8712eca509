import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { isJournalRefusal, openJournal } from '../../src/agent/journal.ts';
import { type FakeServer, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { bundle, type Host, makeHost, runClient, startClient } from '../run-client.ts';
import { canMount, mountSmallDisk } from '../small-disk.ts';
import { run } from './journal-folder.ts';

let server: FakeServer;
let host: Host;
beforeEach(async () => {
  server = await startFakeServer({ hasRecorded: false });
  host = await makeHost(server.url, 'verified');
});
afterEach(() => server.close());

const list = 'GET /api/v1/commands/list';
const fetched = () => server.asked.flatMap(({ path }) => /\/get\/(\d+)/.exec(path)?.[1] ?? []).map(Number);
const args = (action: string) => [`--action=${action}`, '-S', host.settings];
const monitor = (env: NodeJS.ProcessEnv = {}) =>
  startClient([...args('commands_monitor'), '--interval=0.1'], { env });
const locks = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('lock-'));

describe.skipIf(!canMount)('while the disk is full', () => {
  test('the room that was kept for a run is there, whoever filled the rest meanwhile', async () => {
    const disk = mountSmallDisk();
    const folder = join(disk.path, 'journal');
    const journal = await openJournal(folder);
    if (isJournalRefusal(journal)) throw new Error(journal.sentence);
    const longest = { ...run, name: '\u0001'.repeat(100_000) };
    await journal.begin(longest);
    await journal.begin(longest);
    disk.fill();
    // The next one goes beyond the page that the journal has.
    expect(await journal.begin(longest)).toMatchObject({ refused: 'journal_full' });
    expect(await journal.ready()).toMatchObject({ refused: 'journal_full' });
    disk.free();
    expect(await journal.ready()).toBeUndefined();
    disk.fill();
    expect(await journal.begin(longest)).toEqual(expect.any(String));
    await journal.close();
    const again = await openJournal(folder);
    if (isJournalRefusal(again)) throw new Error(again.sentence);
    expect(again.notices).toEqual([]);
    expect(again.held()).toHaveLength(3);
    await again.close();
  });

  test('commands_process fetches nothing, says why in one sentence, and exits with 1', async () => {
    const disk = mountSmallDisk();
    const options = { env: { REMOTES_JOURNAL: join(disk.path, 'journal') } };
    expect(await runClient(args('commands_process'), options)).toMatchObject({ code: 0, stderr: '' });
    disk.fill();
    for (const id of [1, 2, 3]) server.offer(id, { command: 'print(1)' });
    const { code, stdout, stderr } = await runClient(args('commands_process'), options);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^remotes-client: The journal \S+ can't be written, as the disk is full \(ENOSPC\): .*\n$/,
    );
    expect(Object.keys(JSON.parse(stdout).commands_results)).toEqual(['1']);
    expect(fetched()).toEqual([]);
    expect(server.stored.size).toBe(0);
    const got = await runClient([...args('command_get'), '--command=2'], options);
    expect(got).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('the disk is full') });
    expect(fetched()).toEqual([]);

    disk.free();
    expect(await runClient(args('commands_process'), options)).toMatchObject({ code: 0, stderr: '' });
    expect(fetched()).toEqual([1, 2, 3]);
  });

  test('the monitor fetches nothing, says so once, and goes on when there is room', async () => {
    const disk = mountSmallDisk();
    const running = monitor({ REMOTES_JOURNAL: join(disk.path, 'journal') });
    server.offer(1, { command: 'print(1)' });
    await running.says(/command 1 .*stored/);
    disk.fill();
    for (const id of [2, 3]) server.offer(id, { command: 'print(1)' });
    await running.says(/the disk is full/);
    await server.wasAsked(list, server.asked.filter(({ path }) => path.includes('/list')).length + 3);
    expect(fetched()).toEqual([1]);
    disk.free();
    await running.says(/command 2 .*stored/);
    await running.says(/command 3 .*stored/);
    await running.says(/all is well again/);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr.match(/the disk is full/g)).toHaveLength(1);
    expect(server.stored.get(2)).toEqual([{ output: '1\n', result: '[\n  ""\n]' }]);
  });
});

test('a result that fills the disk ends the pass: what comes after stays with the server', async () => {
  // The limit on the size of files stands in for the disk, and the kept result takes nearly all of it.
  server.offer(1, { command: 'print("x" * 6000)' });
  for (const id of [2, 3]) server.offer(id, { command: 'print(1)' });
  server.on('POST /api/v1/commands/post/1', (_, answer) => sendJson(answer, 401, { detail: 'Not now.' }));
  const client = spawn(
    'bash',
    [
      '-c',
      `trap '' XFSZ; ulimit -f 10; exec "$0" "$@"`,
      process.execPath,
      bundle,
      ...args('commands_process'),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  client.stderr.on('data', (text) => {
    stderr += text;
  });
  const [code] = await once(client, 'close');
  expect(code).toBe(1);
  expect(stderr).toMatch(/^remotes-client: The journal \S+ can't be written, as the disk is full.*\n$/);
  expect(fetched()).toEqual([1]);
});

describe('a client whose lock another has taken', () => {
  const journal = () => `${host.settings}.journal`;

  test('fetches nothing more, says so, and exits with 1', async () => {
    const takeLock = `import glob, os\nfor path in glob.glob(${JSON.stringify(`${journal()}/lock-*`)}): os.unlink(path)`;
    server.offer(1, { command: takeLock });
    for (const id of [2, 3]) server.offer(id, { command: 'print(1)' });
    const { code, stderr } = await runClient(args('commands_process'));
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/the result of command 1 is kept in memory only: /),
      expect.stringMatching(/^remotes-client: Another client has taken over this settings file /),
    ]);
    expect(fetched()).toEqual([1]);
    expect([...server.stored.keys()]).toEqual([1]);
  });

  test('the monitor keeps the outcome of the run that was under way, and sends that', async () => {
    const takeLock = `import glob, os\nfor path in glob.glob(${JSON.stringify(`${journal()}/lock-*`)}): os.unlink(path)`;
    const post = 'POST /api/v1/commands/post/1';
    server.offer(1, { command: `${takeLock}\nprint("whole")` });
    server.on(post, (_, answer) => sendJson(answer, 401, { detail: 'Not now.' }));
    const running = monitor();
    await running.says(/the result of command 1 is kept in memory only: /);
    await server.wasAsked(post, 2);
    server.off(post);
    await running.says(/command 1 "command 1" was run before, succeeded: stored now/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(server.stored.get(1)).toEqual([{ output: 'whole\n', result: '[\n  ""\n]' }]);
  });

  test('the monitor says so once, and goes on when the other has ended', async () => {
    const running = monitor();
    await server.wasAsked(list);
    running.child.kill('SIGSTOP');
    for (const name of locks(journal())) unlinkSync(join(journal(), name));
    const script = new URL('fixtures/holds-the-journal.ts', import.meta.url).pathname;
    const other = spawn(process.execPath, [script, journal()], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void other.kill('SIGKILL'));
    expect(String((await once(other.stdout, 'data'))[0])).toBe('open\n');
    server.offer(1, { command: 'print(1)' });
    running.child.kill('SIGCONT');
    await running.says(new RegExp(`Another client \\(process ${other.pid}\\) executes commands`));
    expect(fetched()).toEqual([]);
    other.stdin.end();
    await running.says(/command 1 .*stored/);
    await running.says(/all is well again/);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr.match(/Another client/g)).toHaveLength(1);
    expect(locks(journal())).toEqual([]);
  });
});
