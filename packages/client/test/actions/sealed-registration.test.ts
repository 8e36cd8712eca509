import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseInPython } from '../configparser.ts';
import {
  cut,
  type FakeSealedServer,
  type Meddling,
  newKey,
  startFakeSealedServer,
  succeed,
} from '../fake-sealed-server.ts';
import { startFakeServer } from '../fake-v1-server.ts';
import { type Host, makeHost, runClient } from '../run-client.ts';
import { makePinnedHost } from '../session/pinned-host.ts';

let fake: FakeSealedServer;
let host: Host;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  host = await makeHost(fake.url, 'keys');
});
afterEach(() => fake.close());

const secret = 'Kw0secretSecretSecretSecretSecretSecretSecr';
const token = (fingerprint = fake.signing.fingerprint) => `${secret}.${fingerprint}`;
const run = (action: string, ...more: string[]) =>
  runClient([`--action=${action}`, '--settings', host.settings, ...more]);
const newHost = (given = token(), ...more: string[]) => {
  const keys = ['--private_key', host.privateKey, '--public_key', host.publicKey];
  return run('new_host', '--url', fake.url, '--token', given, ...keys, ...more);
};
const saidTypes = () => fake.said.map(({ type }) => type);
const settings = () => readFile(host.settings, 'utf8');
const paths = () => fake.asked.map(({ path }) => path);

/** Nothing that left this machine held the token. */
function expectKept(): void {
  const sent = fake.asked.map(({ headers, body }) => JSON.stringify(headers) + body.toString('latin1'));
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.join()).not.toContain(secret);
  expect(fake.said).toEqual([]);
}

describe('a token that names the key of its server', () => {
  test('registers, verifies, enrols and pins in one session, and is never sent in the clear', async () => {
    const { code, stdout, stderr } = await newHost();
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'OK',
      encrypted: expect.any(String),
      state: 'verified',
      signing_key: fake.signing.fingerprint,
    });
    expect(saidTypes()).toEqual(['register', 'verify']);
    expect(fake.said[0]).toMatchObject({ token: token() });
    expect(fake.handshakes).toBe(1);
    for (const { headers, body } of fake.asked) {
      expect(headers).not.toHaveProperty('authorization');
      expect(body.toString('latin1')).not.toContain(secret);
    }
    expect(stderr).not.toContain(secret);
    expect((await stat(`${host.privateKey}.channel`)).mode & 0o777).toBe(0o600);
    expect(await run('host_status')).toMatchObject({ code: 0, stderr: '' });
    expect(paths().filter((path) => path.startsWith('/api/v1/host'))).toEqual([]);
  });

  test("leaves a settings file that Python's configparser reads", async () => {
    await newHost();
    const [read] = parseInPython([await settings()]);
    const { trust, host: own } = (read as { sections: Record<string, [string, string][]> }).sections;
    expect(trust).toEqual([
      ['server', fake.serverId],
      ['signing_key', fake.signing.fingerprint],
      ['recovery_key', fake.recovery.fingerprint],
    ]);
    expect(Object.fromEntries(own ?? [])).toMatchObject({
      channel_key: `${host.privateKey}.channel`,
      uuid: expect.any(String),
      token: expect.any(String),
    });
  });

  test('registers and verifies in two steps as well', async () => {
    const registered = await run('host_register', '--token', token());
    expect(registered).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(JSON.parse(registered.stdout)).slice(0, 2)).toEqual(['status', 'encrypted']);
    expect(await run('host_status')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('run --action=host_verify with a registration token first'),
    });
    expect(await run('host_verify', '--token', token())).toMatchObject({ code: 0, stderr: '' });
    expect(await run('host_status')).toMatchObject({ code: 0 });
    expect(saidTypes()).toEqual(['register', 'verify', 'prove', 'host_status']);
  });

  test.each<[string, (whole: string) => string]>([
    ['its last character missing', (whole) => whole.slice(0, -1)],
    ['one character too many', (whole) => `${whole}x`],
    ['a dot behind it', (whole) => `${whole}.`],
    ['a quote behind it', (whole) => `${whole}"`],
    ['quotes around it', (whole) => `'${whole}'`],
    ['a quote before it', (whole) => `"${whole}`],
    ['two dots', (whole) => whole.replace('.', '..')],
    ['nothing behind its dot', (whole) => whole.replace(/\..*/, '.')],
    ['its second half missing, dot and all', (whole) => whole.replace(/\..*/, '')],
    ['its second half missing, in quotes', (whole) => `"${whole.replace(/\..*/, '')}"`],
    ['its first half missing', (whole) => whole.replace(/.*\./, '')],
    ['nothing before its dot', (whole) => whole.replace(/.*\./, '.')],
    ['its dot missing', (whole) => whole.replace('.', '')],
    ['a dash in front and its end missing', (whole) => `-${whole.slice(1, -3)}`],
  ])('is not sent anywhere when it was copied with %s (it went out in the clear)', async (_, copy) => {
    const before = await settings();
    for (const action of ['host_register', 'host_verify', 'new_host']) {
      const copied = copy(token());
      const own = action === 'host_verify' ? await makeHost(fake.url, 'registered') : host;
      const { code, stdout, stderr } = await (action === 'new_host'
        ? newHost(copied)
        : runClient([`--action=${action}`, '--settings', own.settings, '--token', copied]));
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('copy it again');
      expect(stderr).not.toContain(secret.slice(1));
    }
    expect(fake.asked).toEqual([]);
    expect(await settings()).toBe(before);
  });

  test('that is a former one is good as long as that key has named the present one', async () => {
    const next = newKey();
    fake.signer = next;
    fake.proof = (proof) => ({ ...proof, successions: [succeed(fake.serverId, fake.signing, next)] });
    expect(await newHost()).toMatchObject({ code: 0 });
    expect(await settings()).toContain(`signing_key = ${next.fingerprint}\n`);
  });

  test.each(['handshake', 'messages'])(
    'is not brought by new_host to the address of another server that discover names for %s, and nothing of it is kept',
    async (name) => {
      const other = await startFakeSealedServer();
      try {
        fake.endpoints[name] = `${other.url}/sealed/${name}/`;
        const before = await settings();
        const { code, stderr } = await newHost();
        expect(code).toBe(1);
        expect(stderr).toContain(`named for ${name} is not at ${fake.url}: it was passed over`);
        expect(stderr).toContain("can't prove");
        expect([other.asked, fake.said, await settings()]).toEqual([[], [], before]);
        fake.endpoints[name] = `${fake.url}/sealed/${name}/`;
        expect(await newHost()).toMatchObject({ code: 0 });
      } finally {
        await other.close();
      }
    },
  );

  test('keeps the client at the address that the user named, whatever status says (a relay stayed for ever)', async () => {
    const relay = await startFakeSealedServer();
    try {
      fake.calledUrl = `${relay.url}/`;
      const { code, stderr } = await newHost();
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`${fake.url}/, which you named, is kept`);
      expect(await settings()).toContain(`server_url = ${fake.url}/\n`);
      expect(await run('status', '--url', fake.url)).toMatchObject({ code: 0 });
      expect(await settings()).toContain(`server_url = ${fake.url}/\n`);
      expect(relay.asked).toEqual([]);
    } finally {
      await relay.close();
    }
  });

  test.each(['new_host', 'host_register'])(
    'is not sent by %s to a server that proves another key',
    async (action) => {
      const before = await settings();
      const wrong = token(newKey().fingerprint);
      const { code, stdout, stderr } = await (action === 'new_host'
        ? newHost(wrong)
        : run(action, '--token', wrong));
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('proved another key');
      expectKept();
      expect(await settings()).toBe(before);
    },
  );

  test('is not sent to a server that is recovered by a key which nothing but itself vouches for', async () => {
    const next = newKey();
    fake.signer = next;
    fake.proof = (proof) => ({
      ...proof,
      successions: [succeed(fake.serverId, fake.signing, next, 'recovery', fake.recovery)],
    });
    expect(await newHost()).toMatchObject({ code: 1, stdout: '' });
    expectKept();
  });

  test('is not sent to a server that speaks v1 only', async () => {
    const v1 = await startFakeServer();
    try {
      host = await makeHost(v1.url, 'keys');
      const { code, stdout, stderr } = await run('host_register', '--token', token());
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^remotes-client: the server at \S+ can't prove .* speaks v1 only.*\n$/);
      expect(v1.asked.map(({ path }) => path)).toEqual(['/api/v1/discover/']);
      expect(JSON.stringify(v1.asked)).not.toContain(secret);
    } finally {
      await v1.close();
    }
  });

  test.each<[string, number, 'before' | 'after']>([
    ['the question to register', 0, 'before'],
    ['the answer to it', 0, 'after'],
    ['the question to verify', 1, 'before'],
    ['the answer to it', 1, 'after'],
  ])('brings the host in at the second try when %s (%i) is lost', async (_, step, when) => {
    const lost: { before: Meddling } | { after: Meddling } =
      when === 'before' ? { before: cut } : { after: cut };
    fake.meddle(...Array.from({ length: step }, () => 'honest' as const), lost);
    // The same key is the same host.
    const uuid = fake.newUuid();
    fake.newUuid = () => uuid;
    expect(await newHost()).toMatchObject({ code: 1, stdout: '' });
    expect(await newHost()).toMatchObject({ code: 0 });
    expect(await run('host_status')).toMatchObject({ code: 0 });
    const keys = fake.said.flatMap((said) => (said.type === 'verify' ? [said.channel_key] : []));
    expect(new Set(keys).size).toBe(1);
  });

  test('that is refused is shown as v1 shows it, with the code, and exits with 2', async () => {
    fake.answer('register', () => [
      { type: 'refusal', of: 'register', code: 'token_expired', sentence: 'Expired.' },
    ]);
    const { code, stdout, stderr } = await newHost();
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ detail: 'Expired.', code: 'token_expired' });
    expect(stderr).toContain('ask for a new registration token');
    expect(await settings()).not.toContain('[trust]');
  });
});

describe('a pinned host', () => {
  test('is registered anew by the sealed protocol alone, also with a token that names no key', async () => {
    await run('host_register', '--token', token());
    fake.asked.length = 0;
    expect(await run('host_verify', '--token', '0'.repeat(40))).toMatchObject({ code: 0 });
    expect(paths()).toEqual(['/sealed/handshake/', '/sealed/messages/']);
  });

  test('is not registered with the token of another server', async () => {
    await run('host_register', '--token', token());
    fake.said.length = 0;
    fake.asked.length = 0;
    const { code, stderr } = await run('host_verify', '--token', token(newKey().fingerprint));
    expect(code).toBe(1);
    expect(stderr).toContain('proved another key');
    expectKept();
  });

  test('becomes a new host at the server that the token names when --force is said, with new keys', async () => {
    const other = await startFakeSealedServer();
    try {
      const old = await makePinnedHost(other);
      host = { ...host, settings: old.settings, privateKey: old.privateKey };
      const oldKey = await readFile(`${old.privateKey}.channel`, 'utf8');
      expect(await newHost()).toMatchObject({ code: 1, stdout: '' });
      expect(fake.asked).toEqual([]);
      const { code, stderr } = await newHost(token(), '--force');
      expect(code, stderr).toBe(0);
      expect(old.setting('trust', 'server')).toBe(fake.serverId);
      expect(await readFile(`${old.privateKey}.channel`, 'utf8')).not.toBe(oldKey);
      expect(await run('host_status')).toMatchObject({ code: 0 });
      expect(other.asked).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('keeps no channel key of a pair that generate_keys replaces', async () => {
    await newHost();
    const keys = ['--private_key', host.privateKey, '--public_key', host.publicKey];
    expect(await run('generate_keys', ...keys, '--force')).toMatchObject({ code: 0 });
    expect(existsSync(`${host.privateKey}.channel`)).toBe(false);
    expect(await settings()).not.toContain('channel_key');
  });
});
