import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, send, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { asNobody, type Host, makeFolder, makeHost, runClient, startClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

async function newPaths(): Promise<Host> {
  const folder = await makeFolder();
  const [settings, privateKey, publicKey] = ['s.ini', 'key.pem', 'key.pub'].map((name) => join(folder, name));
  return { folder, settings, privateKey, publicKey } as Host;
}

const argsOf = ({ settings, privateKey, publicKey }: Host, url = server.url, more: string[] = []) => [
  ...['--action', 'new_host', '--url', url, '--settings', settings, '--token', 'secret-token'],
  ...['--private_key', privateKey, '--public_key', publicKey, ...more],
];
const newHost = (host: Host, url?: string, more?: string[]) => runClient(argsOf(host, url, more));
const requests = () => server.asked.map(({ method, path }) => `${method} ${path}`);
/** Keys take a second to make: a host that has them, named in its settings, as after a first attempt. */
const hostWithKeys = () => makeHost(server.url, 'keys');

describe('new_host', () => {
  test('does all five steps, tells each on stderr, and prints the answer of verify alone on stdout', async () => {
    const host = await newPaths();
    const { code, stdout, stderr } = await newHost(host);
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(stdout))).toEqual(['status', 'encrypted']);
    for (const step of ['1/5 ', '2/5 ', '3/5 making keys', '4/5 ', '5/5 ', 'done: '])
      expect(stderr).toContain(step);
    expect(stderr).not.toContain('secret-token');
    expect(requests()).toEqual([
      'GET /api/status',
      'GET /api/status/',
      'GET /api/v1/discover/',
      'POST /api/v1/host/register/',
      'POST /api/v1/host/verify/',
    ]);
    expect((await stat(host.privateKey)).mode & 0o777).toBe(0o600);
    expect((await stat(host.settings)).mode & 0o777).toBe(0o600);
    expect(await runClient(['--action=host_status', '-S', host.settings])).toMatchObject({ code: 0 });
  });

  test('on a registered file it is refused instead of silently making a second host', async () => {
    const host = await makeHost(server.url, 'verified');
    const before = await readFile(host.settings, 'utf8');
    const { code, stdout, stderr } = await newHost(host);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('holds a registered host already: nothing was changed');
    expect(server.asked).toEqual([]);
    expect(await readFile(host.settings, 'utf8')).toBe(before);
  });

  test('a refused registration is shown, exits with 2, and the next try goes on with the same keys', async () => {
    const host = await hostWithKeys();
    const key = await readFile(host.privateKey, 'utf8');
    server.on('POST /api/v1/host/register', (_, answer) =>
      sendJson(answer, 401, { detail: 'Invalid token.' }),
    );
    const refused = await newHost(host);
    expect(refused).toMatchObject({ code: 2, stdout: '{\n  "detail": "Invalid token."\n}\n' });
    expect(refused.stderr).toContain('ask for a new registration token');
    server.off('POST /api/v1/host/register');
    const { code, stderr } = await newHost(host);
    expect(code).toBe(0);
    expect(stderr).toContain('3/5 keys: made before, kept');
    expect(await readFile(host.privateKey, 'utf8')).toBe(key);
  });

  test('after a verification that failed, the next try only verifies', async () => {
    const host = await hostWithKeys();
    server.on('POST /api/v1/host/verify', (_, answer) => void answer.destroy());
    expect(await newHost(host)).toMatchObject({ code: 1, stdout: '' });
    server.off('POST /api/v1/host/verify');
    server.asked.length = 0;
    const { code, stderr } = await newHost(host);
    expect(code).toBe(0);
    expect(stderr).toContain('keys and registration: done before, kept');
    expect(requests()).not.toContain('POST /api/v1/host/register/');
  });

  test('a public key that a crash has kept from being written is made again from the private one', async () => {
    const host = await hostWithKeys();
    await writeFile(host.publicKey, 'torn');
    expect(await newHost(host)).toMatchObject({ code: 0 });
    expect(await readFile(host.publicKey, 'utf8')).toBe(vectors.rsa_keys.main.public_spki_pem);
  });

  test('killed while it makes keys, the next try makes them and registers one host', async () => {
    const host = await newPaths();
    const first = startClient(argsOf(host));
    await first.says(/3\/5 making keys/);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await newHost(host)).toMatchObject({ code: 0 });
    expect(requests().filter((request) => request === 'POST /api/v1/host/register/')).toHaveLength(1);
  });

  test("keys that are not this host's are not touched", async () => {
    const host = await newPaths();
    await writeFile(host.privateKey, 'precious');
    const { code, stderr } = await newHost(host);
    expect(code).toBe(1);
    expect(stderr).toContain('exists already');
    expect(server.asked).toEqual([]);
    expect(await readFile(host.privateKey, 'utf8')).toBe('precious');
  });

  test('an unwritable settings path is noticed before registering', async () => {
    const host = await newPaths();
    const nowhere = await newHost({ ...host, settings: join(host.folder, 'no', 's.ini') });
    expect(nowhere).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not exist: make it first'),
    });
    await mkdir(join(host.folder, 'folder'));
    const folder = await newHost({ ...host, settings: join(host.folder, 'folder') });
    expect(folder).toMatchObject({ code: 1, stderr: expect.stringContaining('is a folder') });
    expect(server.asked).toEqual([]);
  });

  test('with --force a registered host becomes a new one, once the server has taken it', async () => {
    const host = await makeHost(server.url, 'verified');
    const before = await readFile(host.settings, 'utf8');
    const key = await readFile(host.privateKey, 'utf8');
    server.on('POST /api/v1/host/register', (_, answer) =>
      sendJson(answer, 403, { detail: 'No uses left.' }),
    );
    expect(await newHost(host, server.url, ['--force'])).toMatchObject({ code: 2 });
    expect(await readFile(host.settings, 'utf8')).toBe(before);
    expect(await readFile(host.privateKey, 'utf8')).toBe(key);
    server.off('POST /api/v1/host/register');
    expect(await newHost(host, server.url, ['--force'])).toMatchObject({ code: 0 });
    expect(await readFile(host.settings, 'utf8')).not.toBe(before);
    expect(await readFile(host.privateKey, 'utf8')).not.toBe(key);
  });

  test('half registered at one server, it is not verified at another', async () => {
    const host = await makeHost('http://127.0.0.1:1', 'registered');
    const { code, stderr } = await newHost(host);
    expect(code).toBe(1);
    expect(stderr).toContain('holds a host that is registered at http://127.0.0.1:1/');
    expect(requests()).not.toContain('POST /api/v1/host/verify/');
  });

  test('a refused status is shown and ends it', async () => {
    const host = await newPaths();
    server.on('GET /api/status', (_, answer) =>
      sendJson(answer, 429, { detail: 'Slow down.' }, { 'Retry-After': '9' }),
    );
    expect(await newHost(host)).toMatchObject({ code: 2, stdout: '{\n  "detail": "Slow down."\n}\n' });
    server.on('GET /api/status', (_, answer) => send(answer, 502, 'text/html', '<p>bad</p>'));
    expect(await newHost(host)).toMatchObject({ code: 1, stdout: '' });
    await expect(stat(host.privateKey)).rejects.toThrow('ENOENT');
  });
});

test('a settings file in a folder of somebody else is written in place', async () => {
  const host = await hostWithKeys();
  await chmod(host.folder, 0o555);
  await chmod(host.settings, 0o666);
  await chmod(host.privateKey, 0o444);
  const { ino } = await stat(host.settings);
  const { code, stderr } = await runClient(
    ['--action=host_register', '-S', host.settings, '--token=t'],
    asNobody,
  );
  expect(code).toBe(0);
  expect(stderr).toMatch(/^remotes-client: .*nothing is pinned, and this host speaks v1\n$/);
  expect((await stat(host.settings)).ino).toBe(ino);
  expect(await readFile(host.settings, 'utf8')).toContain('\nuuid = ');
  await chmod(host.folder, 0o755);
});
