import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorPage, type FakeServer, send, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { asNobody, makeHost, type RunOptions, runClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

const unpinned =
  "the token names no key of the server, which therefore can't prove itself: nothing is pinned, and this host speaks v1";
const register = (settings: string, token = 'secret-token', options: RunOptions = {}) =>
  runClient(
    ['--action=host_register', '--settings', settings, ...(token ? [`--token=${token}`] : [])],
    options,
  );

describe('host_register', () => {
  test('sends the public key with the registration token, and keeps the uuid as received', async () => {
    const host = await makeHost(server.url, 'keys');
    const { code, stdout, stderr } = await register(host.settings);
    expect(code).toBe(0);
    expect(stderr).toBe(`remotes-client: ${unpinned}\n`);
    const { request, response } = vectors.exchanges.register;
    expect(JSON.parse(stdout)).toEqual(response.body_json);
    const asked = server.asked[0];
    expect(asked).toMatchObject({ method: 'POST', path: '/api/v1/host/register/' });
    expect(JSON.parse(asked?.body ?? '')).toEqual(request.body_json);
    expect(asked?.headers).toMatchObject({
      authorization: 'Token secret-token',
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(asked?.body ?? '')),
    });
    expect(asked?.headers).not.toHaveProperty('transfer-encoding');
    expect(await readFile(host.settings, 'utf8')).toContain(`uuid = ${response.body_json.encrypted}\n`);
  });

  test('with a uuid already there nothing is sent', async () => {
    const host = await makeHost(server.url, 'registered');
    const { code, stdout } = await register(host.settings);
    expect(code).toBe(1);
    expect(stdout).toBe('{\n  "status": "ERROR",\n  "message": "Host UUID already set"\n}\n');
    expect(server.asked).toEqual([]);
  });

  test.each([
    ['stdin', '-', { input: ' secret-token\n' }],
    ['a file', '@token.txt', {}],
    ['the environment', '', { env: { REMOTES_TOKEN: 'secret-token' } }],
  ])('takes the token from %s', async (_, token, options) => {
    const host = await makeHost(server.url, 'keys');
    await writeFile(join(host.folder, 'token.txt'), 'secret-token\n');
    const { code } = await register(host.settings, token, { ...options, cwd: host.folder });
    expect(code).toBe(0);
    expect(server.asked[0]?.headers.authorization).toBe('Token secret-token');
  });

  test.each([
    ['register no authorization', 401],
    ['register bad token', 401],
    ['register missing key', 400],
    ['register bad key', 400],
  ])('the refusal "%s" is shown, exits with 2 and leaves the settings as they were', async (name, status) => {
    const { response } = vectors.exchanges.errors[name]!;
    server.on('POST /api/v1/host/register', (_, answer) =>
      send(answer, status, 'application/json', response.body_text),
    );
    const host = await makeHost(server.url, 'keys');
    const before = await readFile(host.settings, 'utf8');
    const { code, stdout, stderr } = await register(host.settings);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual(response.body_json);
    expect(stderr).toContain('the server refused: ');
    expect(stderr).not.toContain('secret-token');
    expect(await readFile(host.settings, 'utf8')).toBe(before);
  });

  test('an HTML 500 is one sentence without a line of the page', async () => {
    server.on('POST /api/v1/host/register', (_, answer) => send(answer, 500, 'text/html', errorPage));
    const host = await makeHost(server.url, 'keys');
    const { code, stdout, stderr } = await register(host.settings);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^remotes-client: the server failed at http:\S+ \(HTTP 500\): its own log says why\n$/,
    );
  });

  test('an answer without a uuid is shown and not taken for a success', async () => {
    server.on('POST /api/v1/host/register', (_, answer) => sendJson(answer, 200, { status: 'OK' }));
    const { code, stderr } = await register((await makeHost(server.url, 'keys')).settings);
    expect(code).toBe(1);
    expect(stderr).toContain('without the uuid of the host');
  });

  test('an unwritable settings path is noticed before registering, not after', async () => {
    const host = await makeHost(server.url, 'keys');
    await chmod(host.settings, 0o444);
    await chmod(host.folder, 0o555);
    // Modes keep nobody from root.
    const { code, stderr } = await register(host.settings, 'secret-token', asNobody);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `remotes-client: the settings file ${host.settings} can't be written (EACCES): nothing was changed\n`,
    );
    expect(server.asked).toEqual([]);
  });

  test('each step that is lacking is named', async () => {
    const host = await makeHost(server.url, 'keys');
    const text = await readFile(host.settings, 'utf8');
    const without = async (pattern: RegExp) => {
      await writeFile(host.settings, text.replace(pattern, ''));
      return register(host.settings);
    };
    expect((await without(/^server_url.*$/m)).stderr).toContain('run --action=status with --url first');
    expect((await without(/^host_register.*$/m)).stderr).toContain('run --action=discover first');
    expect((await without(/^public_key.*$/m)).stderr).toContain('run --action=generate_keys first');
    await writeFile(host.settings, text);
    await writeFile(host.publicKey, 'no key');
    expect(await register(host.settings)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds no RSA public key'),
    });
    expect(server.asked).toEqual([]);
  });
});
