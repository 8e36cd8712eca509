import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorPage, type FakeServer, send, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { makeHost, runClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
let settings: string;
beforeEach(async () => {
  server = await startFakeServer();
  settings = (await makeHost(server.url, 'verified')).settings;
});
afterEach(() => server.close());

const get = (id: number, ...more: string[]) =>
  runClient(['--action=command_get', '-S', settings, '--command', String(id), ...more]);

describe('command_get', () => {
  test('runs the recorded command and prints the get answer, then stdout, stderr, output, then our own', async () => {
    const { code, stdout, stderr } = await get(57);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { expect: expected, response } = vectors.exchanges.command_get;
    const printed = JSON.parse(stdout);
    const received = response.body_json as object;
    expect(Object.keys(printed).slice(0, Object.keys(received).length + 3)).toEqual([
      ...Object.keys(received),
      ...['stdout', 'stderr', 'output'],
    ]);
    expect(printed).toMatchObject({
      ...received,
      stdout: expected.stdout,
      stderr: expected.stderr,
      output: { status: 'OK', results: { id: 97 } },
      name_decrypted: expected.name,
      ending: 'succeeded',
      exit_code: 0,
      is_stored: true,
    });
    const { output_plaintext: output, result_plaintext: result } = vectors.exchanges.command_post.expect;
    expect(server.stored.get(57)).toEqual([{ output, result }]);
  });

  test('the encrypted blobs are not all that is printed: the plain name and outcome are printed too', async () => {
    server.offer(3, { command: 'import sys\nsys.exit(7)', name: 'Ends with sieben ✓' });
    const printed = JSON.parse((await get(3)).stdout);
    expect(printed.name).toMatch(/^gAAAA/);
    expect(printed).toMatchObject({ name_decrypted: 'Ends with sieben ✓', ending: 'failed', exit_code: 7 });
  });

  test.each([
    ['exits with 7', 'raise SystemExit(7)', 7],
    ['raises', 'raise ValueError("no")', 1],
    ['ends with sys.exit(0)', 'import sys\nsys.exit(0)', 0],
    ['is killed', 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)', 137],
  ])('exits as a program that %s', async (_, command, code) => {
    server.offer(3, { command });
    expect(await get(3)).toMatchObject({ code });
  });

  test("a time-out exits with 255, prints v1's words, and is reported once", async () => {
    server.offer(3, { command: 'print("so far", flush=True)\nimport time\ntime.sleep(60)', timeout: 1 });
    const { code, stdout } = await get(3);
    expect(code).toBe(255);
    expect(JSON.parse(stdout)).toMatchObject({
      stdout: 'so far\n',
      output: { status: 'ERROR', message: 'timeout' },
      ending: 'timed_out',
      is_stored: true,
    });
    expect(server.stored.get(3)).toEqual([
      { output: 'so far\n', result: expect.stringMatching(/1 (s|second)/) },
    ]);
  });

  test("a command that is not this host's exits with 1 and shows the refusal", async () => {
    const { code, stdout, stderr } = await get(999_999);
    expect(code).toBe(1);
    expect(stdout).toBe('{\n  "detail": "Not found."\n}\n');
    expect(stderr).toContain('Not found.');
    expect(server.stored.size).toBe(0);
  });

  test('the answer for another command is not run', async () => {
    server.offer(4, { command: 'print(1)', extra: { id: 5 } });
    const { code, stderr } = await get(4);
    expect(code).toBe(1);
    expect(stderr).toContain('holds another command: it was not run');
    expect(server.stored.size).toBe(0);
  });

  test.each([
    ['a key for another host', { encryption_key: 'QUJD' }, 'a key that is not sealed'],
    ['a forged program', { command: 'gAAAAABrBHsX' }, 'a command that its key does not open'],
    ['no time-out', { timeout: null }, 'no time-out'],
    ['settings that are none', { settings: null }, 'no settings or variables'],
  ])('an answer with %s is not run', async (_, extra, sentence) => {
    server.offer(4, { command: 'print(1)', extra });
    const { code, stderr } = await get(4);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(server.stored.size).toBe(0);
  });

  test('hands settings and variables over, empty and unset ones too', async () => {
    server.offer(3, {
      command:
        'import json\nprint(json.dumps([__SETTINGS__, __VARIABLES__], sort_keys=True))\n__RESULT__ = None',
      settings: { 'a b': '', c: 'ü\n' },
      variables: { x: null, y: '', z: 'z' },
    });
    await get(3);
    const [{ output, result }] = server.stored.get(3) as [{ output: string; result: string }];
    expect(JSON.parse(output)).toEqual([
      { 'a b': '', c: 'ü\n' },
      { x: null, y: '', z: 'z' },
    ]);
    expect(JSON.parse(result)).toEqual([null]);
  });

  test('a program that leaves __RESULT__ alone posts the list that v1 posts', async () => {
    server.offer(3, { command: 'pass' });
    await get(3);
    expect(server.stored.get(3)).toEqual([{ output: '', result: '[\n  ""\n]' }]);
  });

  test('a server may name another interpreter, in the clear or sealed', async () => {
    server.offer(3, { command: 'echo "from $BASH_VERSION"', extra: { interpreter: 'bash' } });
    expect(await get(3)).toMatchObject({ code: 0 });
    expect(server.stored.get(3)?.[0]?.output).toMatch(/^from \d/);
    server.offer(4, { command: 'x', extra: { interpreter: 'cobol' } });
    const missing = await get(4);
    expect(missing.code).toBe(127);
    expect(server.stored.get(4)?.[0]?.result).toContain('no interpreter "cobol"');
  });

  test('--python names the Python that programs run with; one that is missing is reported', async () => {
    server.offer(3, { command: 'print(1)' });
    const { code, stdout } = await get(3, '--python', '/nowhere/python');
    expect(code).toBe(127);
    expect(JSON.parse(stdout)).toMatchObject({ ending: 'failed', is_stored: true });
  });

  test("a result that can't be stored now is kept and told", async () => {
    server.on('POST /api/v1/commands/post/57', (_, answer) => sendJson(answer, 503, { detail: 'Stopping.' }));
    const { code, stdout, stderr } = await get(57);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ output: { detail: 'Stopping.' }, is_stored: false });
    expect(stderr).toContain('the result is not stored: the server refused: Stopping. (HTTP 503)');
    server.off('POST /api/v1/commands/post/57');
    const again = await get(57);
    expect(again.stderr).toContain('is not run again');
  });

  test('an HTML 500 of the get is one sentence', async () => {
    server.on('GET /api/v1/commands/get/57', (_, answer) => send(answer, 500, 'text/html', errorPage));
    const { code, stdout, stderr } = await get(57);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^remotes-client: command 57: the server/);
    expect(stderr).not.toContain('hunter2');
  });

  test('no secret is printed', async () => {
    const { stdout, stderr } = await get(57);
    const key = (await readFile(settings, 'utf8')).match(/^private_key = (.*)$/m)?.[1] ?? '';
    expect(stdout + stderr).not.toContain(vectors.exchanges.verify.expect.token);
    expect(stdout + stderr).not.toContain((await readFile(key, 'utf8')).split('\n')[1]);
  });
});
