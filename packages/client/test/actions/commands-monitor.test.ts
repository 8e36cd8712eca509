import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  errorPage,
  type FakeServer,
  type Handler,
  send,
  sendJson,
  startFakeServer,
} from '../fake-v1-server.ts';
import { type Host, makeHost, type Running, runClient, startClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
let host: Host;
beforeEach(async () => {
  server = await startFakeServer({ hasRecorded: false });
  host = await makeHost(server.url, 'verified');
});
afterEach(() => server.close());

const list = 'GET /api/v1/commands/list';
const monitor = (interval = '0.1', env: NodeJS.ProcessEnv = {}) =>
  startClient(['--action=commands_monitor', '-S', host.settings, '--interval', interval], { env });

async function stop({ child, ended }: Running) {
  child.kill('SIGTERM');
  return ended;
}

/** The log without times: they are checked once. */
function lines(stderr: string): string[] {
  return stderr
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, ''));
}

describe('commands_monitor', () => {
  test('runs what is due in each pass, with one line a run, and exits with 0 after SIGTERM', async () => {
    server.offer(1, { command: 'print(1)', name: 'first\nname' });
    const running = monitor();
    await running.says(/command 1 .*stored/);
    server.offer(2, { command: 'raise SystemExit(3)' });
    await running.says(/command 2 .*stored/);
    const { code, stdout, stderr } = await stop(running);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z watching /);
    expect(lines(stderr)).toEqual([
      expect.stringMatching(/^watching for commands of http:\S+ every 0.1 s$/),
      expect.stringMatching(/^command 1 "first name": succeeded after \d+\.\d s, stored$/),
      expect.stringMatching(/^command 2 "command 2": failed \(exit code 3\) after \d+\.\d s, stored$/),
      expect.stringMatching(/^SIGTERM: /),
      'ended as asked',
    ]);
  });

  test('the first pass comes after one interval', async () => {
    const begun = performance.now();
    const running = monitor('0.7');
    await server.wasAsked(list);
    expect(performance.now() - begun).toBeGreaterThan(700);
    await stop(running);
  });

  const troubles: [string, Handler][] = [
    ['401', (_, answer) => sendJson(answer, 401, { detail: 'Invalid token.' })],
    ['403', (_, answer) => sendJson(answer, 403, { detail: 'This host is disabled.', results: [] })],
    ['429', (_, answer) => sendJson(answer, 429, { detail: 'Slow down.' }, { 'Retry-After': '0' })],
    ['500 in HTML', (_, answer) => send(answer, 500, 'text/html', errorPage)],
    ['503', (_, answer) => sendJson(answer, 503, { detail: 'Stopping.' })],
    ['an HTML page', (_, answer) => send(answer, 200, 'text/html', errorPage)],
    ['a list without results', (_, answer) => sendJson(answer, 200, { status: 'OK' })],
    ['a connection that is closed', (_, answer) => void answer.destroy()],
    [
      'an answer that breaks off',
      (_, answer) => void answer.writeHead(200, { 'Content-Length': 99 }).write('{', () => answer.destroy()),
    ],
    ['a server that hangs', () => {}],
    ['a body that drips', (_, answer) => void answer.writeHead(200).write('{"status":')],
  ];
  test.each(troubles)(
    'a monitor neither dies nor hangs on %s, says so once, and goes on',
    async (_, handler) => {
      server.on(list, handler);
      server.offer(1, { command: 'print(1)' });
      const running = monitor('0.05', { REMOTES_TIMEOUT_SECONDS: '0.3' });
      await server.wasAsked(list, 3);
      server.off(list);
      await running.says(/command 1 .*stored/);
      await running.says(/all is well again/);
      const { code, stderr } = await stop(running);
      expect(code).toBe(0);
      // One for the beginning, one line of the trouble, the run, one for its end, two for the end.
      expect(lines(stderr)).toHaveLength(6);
      expect(stderr).not.toContain('hunter2');
    },
  );

  test('a monitor lives while nothing listens, and works once something does', async () => {
    await server.close();
    const running = monitor('0.05');
    await running.says(/nothing listens at .*connection refused/);
    expect(await stop(running)).toMatchObject({ code: 0 });
  });

  test('Retry-After is waited for', async () => {
    server.on(list, (_, answer) => sendJson(answer, 429, { detail: 'Slow down.' }, { 'Retry-After': '1' }));
    const running = monitor('0.05');
    await server.wasAsked(list);
    const refused = performance.now();
    await server.wasAsked(list, 2);
    expect(performance.now() - refused).toBeGreaterThan(990);
    await stop(running);
  });

  test('a command that raises does not kill the monitor', async () => {
    server.offer(1, { command: 'raise ValueError("kaputt")' });
    server.offer(2, { command: 'print(2)' });
    const running = monitor();
    await running.says(/command 2 .*stored/);
    expect(await stop(running)).toMatchObject({ code: 0 });
    expect(server.stored.get(1)).toHaveLength(1);
  });

  test('the current run is finished and reported on SIGTERM', async () => {
    server.offer(1, { command: 'import time\ntime.sleep(0.7)\nprint("done")' });
    const running = monitor();
    await server.wasAsked('GET /api/v1/commands/get/1');
    const { code } = await stop(running);
    expect(code).toBe(0);
    expect(server.stored.get(1)?.[0]?.output).toBe('done\n');
  });

  test('a second SIGTERM stops the run and reports it as stopped', async () => {
    server.offer(1, { command: 'print("begun", flush=True)\nimport time\ntime.sleep(60)' });
    const running = monitor();
    await server.wasAsked('GET /api/v1/commands/get/1');
    running.child.kill('SIGTERM');
    await running.says(/a second signal ends it/);
    const { code, stderr } = await stop(running);
    expect(code).toBe(0);
    expect(stderr).toMatch(/command 1 "command 1": stopped/);
    expect(server.stored.get(1)).toHaveLength(1);
  });

  test('SIGTERM ends the wait for a server that hangs', async () => {
    server.on(list, () => {});
    const running = monitor('0.05');
    await server.wasAsked(list);
    expect(await stop(running)).toMatchObject({ code: 0 });
  });

  test('SIGHUP reads the settings anew; a broken file leaves the old ones', async () => {
    const other = await startFakeServer({ hasRecorded: false });
    try {
      const running = monitor();
      await server.wasAsked(list);
      const text = await readFile(host.settings, 'utf8');
      await writeFile(host.settings, 'rubbish');
      running.child.kill('SIGHUP');
      await running.says(/SIGHUP: the settings stay as they were: .*is no settings file/);
      await server.wasAsked(list, server.asked.length + 1);
      await writeFile(host.settings, text.replace(server.url, other.url));
      running.child.kill('SIGHUP');
      await running.says(/SIGHUP: the settings were read anew/);
      other.offer(1, { command: 'print(1)' });
      await running.says(/command 1 .*stored/);
      expect(await stop(running)).toMatchObject({ code: 0 });
    } finally {
      await other.close();
    }
  });

  test('a settings file that was changed is read before the next pass; one that is of no use is told once, and the old one kept', async () => {
    const other = await startFakeServer({ hasRecorded: false });
    try {
      const running = monitor('0.05');
      await server.wasAsked(list);
      const text = await readFile(host.settings, 'utf8');
      // At once: half of a file would be another change.
      const replace = async (changed: string) => {
        await writeFile(join(host.folder, 'next'), changed);
        await rename(join(host.folder, 'next'), host.settings);
      };
      await replace(text.replace(/^token = .*$/m, 'token = nonsense'));
      await running.says(/has changed, and the settings stay as they were: the token .* was not sealed/);
      await server.wasAsked(list, server.asked.length + 3);
      await replace(text.replace(server.url, other.url));
      await running.says(/the settings file has changed: it was read anew/);
      other.offer(1, { command: 'print(1)' });
      await running.says(/command 1 .*stored/);
      const { code, stderr } = await stop(running);
      expect([code, stderr.match(/the settings file has changed/g)?.length]).toEqual([0, 2]);
    } finally {
      await other.close();
    }
  });

  test('what a kill cut off is reported at the next start, at once, and not run again', async () => {
    const marks = `${host.folder}/marks`;
    server.offer(1, {
      command: `open(${JSON.stringify(marks)}, 'a').write('x')\nimport time\ntime.sleep(2)`,
    });
    const first = monitor();
    await server.wasAsked('GET /api/v1/commands/get/1');
    await waitFor(async () => (await readFile(marks, 'utf8').catch(() => '')) === 'x');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = monitor('3600');
    await second.says(/command 1 "command 1" was interrupted: stored now/);
    expect(await stop(second)).toMatchObject({ code: 0 });
    expect(server.stored.get(1)).toEqual([{ output: '', result: expect.stringMatching(/^interrupted: /) }]);
    expect(await readFile(marks, 'utf8')).toBe('x');
  });

  test('without settings that serve it says what is missing and ends', async () => {
    await writeFile(host.settings, '');
    const { code, stderr } = await runClient([
      '--action=commands_monitor',
      '-S',
      host.settings,
      '--interval=1',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('run --action=status with --url first');
  });

  test('a server that speaks no HTTP is told as that', async () => {
    const strange = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = strange.address() as { port: number };
      const text = await readFile(host.settings, 'utf8');
      await writeFile(host.settings, text.replace(server.url, `http://127.0.0.1:${port}`));
      const running = monitor('0.05');
      await running.says(/does not answer in HTTP/);
      expect(await stop(running)).toMatchObject({ code: 0 });
    } finally {
      strange.close();
    }
  });
});

test('the monitor asks with the host token', async () => {
  const running = monitor();
  await server.wasAsked(list);
  await stop(running);
  expect(server.asked[0]?.headers.authorization).toBe(`Token ${vectors.exchanges.verify.expect.token}`);
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
