import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, send, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { type Host, makeHost, runClient, startClient } from '../run-client.ts';

let server: FakeServer;
let host: Host;
beforeEach(async () => {
  server = await startFakeServer({ hasRecorded: false });
  host = await makeHost(server.url, 'verified');
});
afterEach(() => server.close());

const args = (...more: string[]) => ['--action=commands_process', '-S', host.settings, ...more];
const process_ = (...more: string[]) => runClient(args(...more));
const results = async (...more: string[]) => {
  const { stdout, ...rest } = await process_(...more);
  return { ...rest, printed: JSON.parse(stdout) };
};

describe('commands_process', () => {
  test('prints the list answer, then each result by its number in the order of the list', async () => {
    for (const id of [9, 3, 5]) server.offer(id, { command: `print(${id})` });
    const { code, stdout, stderr } = await process_();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([...stdout.matchAll(/^ {4}"(\d+)": \{$/gm)].map(([, id]) => id)).toEqual(['9', '3', '5']);
    const printed = JSON.parse(stdout);
    expect(Object.keys(printed)).toEqual(['status', 'results', 'commands_results']);
    expect(printed.commands_results[9]).toMatchObject({ id: 9, stdout: '9\n', output: { status: 'OK' } });
  });

  test('with nothing to do it prints an empty object of results', async () => {
    const { code, stdout } = await process_();
    expect(code).toBe(0);
    expect(stdout).toBe('{\n  "status": "OK",\n  "results": [],\n  "commands_results": {}\n}\n');
  });

  test('exits with 0 when commands fail, as v1 does, and with 3 where that was asked for', async () => {
    server.offer(3, { command: 'raise SystemExit(7)' });
    expect(await process_()).toMatchObject({ code: 0 });
    server.offer(4, { command: 'raise SystemExit(7)' });
    expect(await process_('--fail-on-error')).toMatchObject({ code: 3 });
    server.offer(5, { command: 'pass' });
    expect(await process_('--fail-on-error')).toMatchObject({ code: 0 });
  });

  test('a command that raises, exits, or writes to stderr is stored whole, and the next one runs', async () => {
    server.offer(1, { command: 'print("before")\nraise ValueError("kaputt")' });
    server.offer(2, { command: 'import sys\nprint("warning", file=sys.stderr)\n__RESULT__ = ["kept"]' });
    server.offer(3, { command: 'import sys\nprint([1], file=sys.stderr)\nsys.exit(4)' });
    server.offer(4, { command: 'print("last")' });
    const { printed } = await results();
    expect(server.stored.get(1)).toEqual([
      { output: 'before\n', result: expect.stringMatching(/^Traceback[\s\S]*ValueError: kaputt\n/) },
    ]);
    // A v1 server takes nothing but the list.
    expect(server.stored.get(2)).toEqual([{ output: '', result: '[\n  "kept"\n]' }]);
    expect(printed.commands_results[2].stderr).toBe('warning\n[\n  "kept"\n]');
    // A failure is never taken for a list, whatever the program wrote.
    expect(server.stored.get(3)).toEqual([{ output: '', result: '[1]\nexit code 4' }]);
    expect(server.stored.get(4)).toEqual([{ output: 'last\n', result: '[\n  ""\n]' }]);
  });

  test('a time-out is reported, the process killed, and the command not run again', async () => {
    const pidFile = join(host.folder, 'pid');
    server.offer(1, {
      command: `import os, time\nopen(${JSON.stringify(pidFile)}, 'w').write(str(os.getpid()))\ntime.sleep(60)`,
      timeout: 1,
    });
    const { printed } = await results();
    expect(printed.commands_results[1]).toMatchObject({ ending: 'timed_out', is_stored: true });
    const pid = Number(await readFile(pidFile, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(server.stored.get(1)).toHaveLength(1);
    expect((await results()).printed.results).toEqual([]);
  });

  test("output that isn't UTF-8, output with NUL and a missing interpreter are reported, later commands run, nothing is left behind", async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'remotes-client-test-tmp-'));
    try {
      server.offer(1, { command: 'import sys\nsys.stdout.buffer.write(b"a\\xff\\xfeb")' });
      server.offer(2, { command: 'import sys\nsys.stdout.write("x\\0y")\n__RESULT__ = ["n\\0"]' });
      server.offer(3, { command: 'x', extra: { interpreter: 'cobol' } });
      server.offer(4, { command: 'print("last")' });
      const { code } = await runClient(args(), { env: { TMPDIR: temporary } });
      expect(code).toBe(0);
      expect(server.stored.get(1)?.[0]?.output).toBe('a\ufffd\ufffdb');
      expect(server.stored.get(2)?.[0]?.output).toBe('x\ufffdy');
      expect(server.stored.get(3)).toHaveLength(1);
      expect(server.stored.get(4)?.[0]?.output).toBe('last\n');
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      await rm(temporary, { recursive: true });
    }
  });

  test('output and result keep leading and trailing white space', async () => {
    server.offer(1, { command: 'print("\\n  a \\t\\n\\n")\n__RESULT__ = ["  b \\n"]' });
    await process_();
    expect(server.stored.get(1)).toEqual([{ output: '\n  a \t\n\n\n', result: '[\n  "  b \\n"\n]' }]);
  });

  test('results with NaN, Infinity and long integers are posted as Python wrote them', async () => {
    server.offer(1, { command: '__RESULT__ = [float("nan"), float("-inf"), 2**80, 1.0, "é"]' });
    await process_();
    expect(server.stored.get(1)?.[0]?.result).toBe(
      '[\n  NaN,\n  -Infinity,\n  1208925819614629174706176,\n  1.0,\n  "\\u00e9"\n]',
    );
  });

  test('a command that the server refuses to give holds up none after it', async () => {
    server.offer(1, { command: 'print(1)' });
    server.offer(2, { command: 'print(2)' });
    server.on('GET /api/v1/commands/get/1', (_, answer) => sendJson(answer, 404, { detail: 'Not found.' }));
    const { code, printed } = await results();
    expect(code).toBe(0);
    expect(printed.commands_results[1]).toEqual({ detail: 'Not found.' });
    expect(printed.commands_results[2]).toMatchObject({ ending: 'succeeded' });
  });

  test('a refused list is shown and exits with 2', async () => {
    server.on('GET /api/v1/commands/list', (_, answer) =>
      sendJson(answer, 403, { detail: 'This host is disabled.', results: [] }),
    );
    const { code, stdout } = await process_();
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ detail: 'This host is disabled.', results: [] });
  });

  test('only one client works with a settings file at a time', async () => {
    server.offer(1, { command: 'input()\nimport time\ntime.sleep(60)' });
    server.offer(2, { command: 'import time\ntime.sleep(60)' });
    const first = startClient(args());
    await server.wasAsked('GET /api/v1/commands/get/2');
    const { code, stderr } = await process_();
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    first.child.kill('SIGTERM');
    await first.says(/a second signal ends it/);
    first.child.kill('SIGTERM');
    await first.ended;
    expect(server.stored.get(2)?.[0]?.result).toContain('was ended as the client');
  });

  test('the setting [interpreters] python names the Python', async () => {
    await writeFile(
      host.settings,
      `${await readFile(host.settings, 'utf8')}\n[interpreters]\npython = /nowhere/python\n`,
    );
    server.offer(1, { command: 'print(1)' });
    expect((await results()).printed.commands_results[1]).toMatchObject({
      ending: 'failed',
      exit_code: null,
    });
  });

  test('a SIGTERM lets the current run finish and begins no other', async () => {
    server.offer(1, { command: 'print("up", flush=True)\nimport time\ntime.sleep(1)\nprint("down")' });
    server.offer(2, { command: 'print(2)' });
    const running = startClient(args());
    await server.wasAsked('GET /api/v1/commands/get/1');
    running.child.kill('SIGTERM');
    const { code } = await running.ended;
    expect(code).toBe(1);
    expect(server.stored.get(1)?.[0]?.output).toBe('up\ndown\n');
    expect(server.stored.has(2)).toBe(false);
  });

  test('a list that the server finds too long is cut as a last resort, and said to be', async () => {
    server.offer(1, { command: '__RESULT__ = ["a" * 9000]\nprint("b" * 3000)' });
    server.on('POST /api/v1/commands/post/1', ({ body }, answer) =>
      body.length > 10_000 ? send(answer, 413, 'text/html', 'too long') : 'go on',
    );
    expect((await results()).printed.commands_results[1]).toMatchObject({ is_stored: true });
    expect(server.stored.get(1)?.[0]?.result).toMatch(
      /^\[\n {2}"a+\n… \d+ characters .*\na+"\n\]\nthe result is too long$/,
    );
  });

  test('output that the server finds too long is cut in the middle until it fits', async () => {
    server.offer(1, { command: 'print("a" * 40000 + "b" * 40000)' });
    server.on('POST /api/v1/commands/post/1', ({ body }, answer) =>
      body.length > 30_000 ? send(answer, 413, 'text/html', 'too long') : 'go on',
    );
    expect((await results()).printed.commands_results[1]).toMatchObject({ is_stored: true });
    expect(server.stored.get(1)?.[0]?.output).toMatch(/^a+\n… \d+ characters were left out, .*…\nb+\n$/);
  });
});
