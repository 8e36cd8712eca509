import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, type Handler, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { type Host, makeHost, runClient } from '../run-client.ts';

let server: FakeServer;
let host: Host;
beforeEach(async () => {
  server = await startFakeServer({ hasRecorded: false });
  host = await makeHost(server.url, 'verified');
});
afterEach(() => server.close());

const list = 'GET /api/v1/commands/list';
const post = 'POST /api/v1/commands/post/1';
const run = async () => {
  const { stdout, ...rest } = await runClient(['--action=commands_process', '-S', host.settings]);
  return { ...rest, result: JSON.parse(stdout).commands_results[1] };
};
const posts = () => server.asked.filter(({ method }) => method === 'POST').length;

/** Lets the server act as usual and loses its answer. */
const loseAnswer = (times: number): Handler => {
  let left = times;
  return (_, response: ServerResponse) => {
    if (left === 0) return 'go on';
    left -= 1;
    response.writeHead = () => response;
    response.end = () => response.destroy();
    return 'go on';
  };
};

describe('a v1 server', () => {
  test('answers 500 to the text of a failure though it is stored: the list settles it, nothing is posted twice', async () => {
    server.offer(1, { command: 'raise SystemExit(3)' });
    const { code, result } = await run();
    expect(code).toBe(0);
    expect(result).toMatchObject({ ending: 'failed', is_stored: true, output: { status: 'OK' } });
    expect(server.stored.get(1)).toEqual([{ output: '', result: 'exit code 3' }]);
  });

  test('whose answer was lost after it stored the result is asked for the list and not posted to again', async () => {
    server.offer(1, { command: 'print(1)' });
    server.on(post, loseAnswer(1));
    expect(await run()).toMatchObject({ code: 0, result: { is_stored: true } });
    expect(server.stored.get(1)).toHaveLength(1);
    expect(posts()).toBe(1);
  });

  test('that lost the request is posted to again', async () => {
    server.offer(1, { command: 'print(1)' });
    let left = 1;
    server.on(post, (_, response) => (left-- > 0 ? void response.destroy() : 'go on'));
    expect(await run()).toMatchObject({ code: 0, result: { is_stored: true } });
    expect(server.stored.get(1)).toHaveLength(1);
    expect(posts()).toBe(2);
  });

  test('that can not store now gets the result in a later pass, and the command is not run again', async () => {
    server.offer(1, { command: 'print("once")' });
    server.on(post, (_, response) => void response.destroy());
    expect(await run()).toMatchObject({ code: 1, result: { is_stored: false } });
    expect(server.stored.has(1)).toBe(false);
    const held = await run();
    expect(held).toMatchObject({ code: 1, stderr: expect.stringContaining('is not stored yet') });
    server.off(post);
    server.asked.length = 0;
    const settled = await run();
    expect(settled).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('command 1 "command 1" was run before, succeeded: stored now'),
    });
    expect(server.stored.get(1)).toEqual([{ output: 'once\n', result: '[\n  ""\n]' }]);
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/commands/list/',
      'POST /api/v1/commands/post/1/',
      'GET /api/v1/commands/list/',
    ]);
  });

  test('that stored a result whose sender was killed before it knew is not posted to again', async () => {
    server.offer(1, { command: 'print(1)' });
    const crash = { REMOTES_CRASH_AT: 'posted' };
    const killed = await runClient(['--action=commands_process', '-S', host.settings], { env: crash });
    expect(killed.signal).toBe('SIGKILL');
    expect(server.stored.get(1)).toHaveLength(1);
    expect(await run()).toMatchObject({ code: 0 });
    expect(server.stored.get(1)).toHaveLength(1);
  });

  test("that says the command is not this host's gets no second post", async () => {
    server.offer(1, { command: 'print(1)' });
    server.on(post, (_, response) => sendJson(response, 403, { status: 'ERROR' }));
    const { code, result } = await run();
    expect(code).toBe(1);
    expect(result).toMatchObject({ output: { status: 'ERROR' }, is_stored: false });
    server.on(list, (_, response) => sendJson(response, 200, { status: 'OK', results: [] }));
    expect(await run()).toMatchObject({ code: 0, stderr: '' });
    expect(posts()).toBe(1);
  });
});

describe('a Remotes server', () => {
  beforeEach(async () => {
    await server.close();
    server = await startFakeServer({ hasRecorded: false, isRemotes: true });
    host = await makeHost(server.url, 'verified');
    // It names a command no longer once it was fetched, and stores once what arrives twice.
    server.on(list, (_, response) => {
      const isFetched = server.asked.some(({ path }) => path.includes('/get/1'));
      sendJson(response, 200, { status: 'OK', results: isFetched ? [] : [{ group: 1, command: 1 }] });
    });
  });

  test('that has not stored a result is given it again, though its list names the command no longer', async () => {
    server.offer(1, { command: 'print("once")' });
    server.on(post, (_, response) => void response.destroy());
    expect(await run()).toMatchObject({ code: 1 });
    server.off(post);
    expect(await run()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('was run before, succeeded: stored now'),
    });
    expect(server.stored.get(1)?.[0]?.output).toBe('once\n');
  });

  test('that fails with 500 is not taken to have stored anything', async () => {
    server.offer(1, { command: 'raise SystemExit(3)' });
    server.on(post, (_, response) => sendJson(response, 500, { detail: 'The server failed.' }));
    expect(await run()).toMatchObject({ code: 1, result: { is_stored: false } });
    server.off(post);
    server.on(post, (asked, response) => {
      expect(asked.body).toContain('output');
      sendJson(response, 201, { status: 'OK', results: { id: 5 } });
    });
    expect(await run()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('was run before, failed (exit code 3): stored now'),
    });
  });

  test('is given what a success wrote to stderr, in front of its list, and how each run ended', async () => {
    const endings = async (command: string, more = {}) => {
      server.stored.clear();
      server.asked.length = 0;
      server.offer(1, { command, ...more });
      await run();
      const [{ result, ending = '' } = { result: '' }] = server.stored.get(1) ?? [];
      return { result, ending: JSON.parse(ending) };
    };
    expect(await endings('import sys\nprint("warning", file=sys.stderr)\n__RESULT__ = ["a"]')).toEqual({
      result: 'warning\n[\n  "a"\n]',
      ending: { ending: 'exited', exit_code: 0, signal: null },
    });
    expect(await endings('raise SystemExit(3)')).toEqual({
      result: 'exit code 3',
      ending: { ending: 'exited', exit_code: 3, signal: null },
    });
    expect(await endings('import time\ntime.sleep(60)', { timeout: 1 })).toMatchObject({
      ending: { ending: 'timed_out' },
    });
    expect(await endings('x', { extra: { interpreter: 'cobol' } })).toMatchObject({
      ending: { ending: 'not_started' },
    });
    expect(await endings('import os\nos.kill(os.getpid(), 9)')).toMatchObject({
      ending: { ending: 'signalled', signal: 'SIGKILL' },
    });
  });

  test('is told that a run was interrupted', async () => {
    server.offer(1, { command: 'print(1)' });
    await runClient(['--action=commands_process', '-S', host.settings], {
      env: { REMOTES_CRASH_AT: 'program-ended' },
    });
    await run();
    expect(JSON.parse(server.stored.get(1)?.[0]?.ending ?? '')).toEqual({
      ending: 'interrupted',
      exit_code: null,
      signal: null,
    });
  });

  test('that was set back to an earlier day is told what was run, and the command is not run again', async () => {
    server.offer(1, { command: `open(${JSON.stringify(`${host.folder}/marks`)}, 'a').write('x')` });
    server.on(post, (_, response) => void response.destroy());
    await run();
    // Restored: it names the command again, and takes no report for what it believes was never fetched.
    server.asked.length = 0;
    server.on(post, (_, response) =>
      server.asked.some(({ path }) => path.includes('/get/1'))
        ? 'go on'
        : sendJson(response, 403, { status: 'ERROR' }),
    );
    expect(await run()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('was run before, succeeded: stored now'),
    });
    expect(server.stored.get(1)).toHaveLength(1);
    expect(server.asked.filter(({ path }) => path.includes('/get/1'))).toHaveLength(1);
  });
});
