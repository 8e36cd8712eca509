import { constants, verify } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, send, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { makeHost, runClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

const verifyHost = (settings: string) =>
  runClient(['--action=host_verify', '-S', settings, '--token', 'secret']);

describe('host_verify', () => {
  test('signs OK with a salt of maximal length, anew each time, and keeps the token as received', async () => {
    const host = await makeHost(server.url, 'registered');
    const { code, stdout, stderr } = await verifyHost(host.settings);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { expect: expected, response } = vectors.exchanges.verify;
    expect(JSON.parse(stdout)).toEqual(response.body_json);
    expect(await readFile(host.settings, 'utf8')).toContain(`token = ${response.body_json.encrypted}\n`);
    await verifyHost(host.settings);
    const bodies = server.asked.map(({ body }) => JSON.parse(body) as { uuid: string; encrypted: string });
    expect(bodies.map(({ uuid }) => uuid)).toEqual(Array(2).fill(vectors.exchanges.register.expect.uuid));
    expect(bodies[0]?.encrypted).not.toBe(bodies[1]?.encrypted);
    const key = {
      key: vectors.rsa_keys.main.public_spki_pem,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 478,
    };
    for (const { encrypted } of bodies)
      expect(verify('sha256', Buffer.from('OK'), key, Buffer.from(encrypted, 'base64'))).toBe(true);
    expect(expected.token).toMatch(/^[0-9a-f]{40}$/);
  });

  test.each([
    'verify missing uuid',
    'verify missing encrypted',
    'verify unknown host',
    'verify bad signature',
  ])('the refusal "%s" is shown, exits with 2 and leaves the settings as they were', async (name) => {
    const { response } = vectors.exchanges.errors[name]!;
    server.on('POST /api/v1/host/verify', (_, answer) =>
      send(answer, response.status, 'application/json', response.body_text),
    );
    const host = await makeHost(server.url, 'registered');
    const before = await readFile(host.settings, 'utf8');
    const { code, stdout } = await verifyHost(host.settings);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual(response.body_json);
    expect(await readFile(host.settings, 'utf8')).toBe(before);
  });

  test('a token that was sealed for another key is not kept', async () => {
    server.on('POST /api/v1/host/verify', (_, answer) =>
      sendJson(answer, 200, { status: 'OK', encrypted: 'QUJD' }),
    );
    const host = await makeHost(server.url, 'registered');
    const { code, stderr } = await verifyHost(host.settings);
    expect(code).toBe(1);
    expect(stderr).toContain("without a token that this host's key opens");
    expect(await readFile(host.settings, 'utf8')).not.toContain('token =');
  });

  test('before registering, with a missing key and with another key, nothing is sent', async () => {
    const early = await makeHost(server.url, 'keys');
    expect(await verifyHost(early.settings)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('run --action=host_register first'),
    });
    const host = await makeHost(server.url, 'registered');
    await writeFile(host.privateKey, vectors.rsa_keys.other.private_pkcs8_pem);
    expect(await verifyHost(host.settings)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was not sealed for the private key'),
    });
    await writeFile(host.privateKey, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
    const corrupt = await verifyHost(host.settings);
    expect(corrupt).toMatchObject({ code: 1, stderr: expect.stringContaining('holds no RSA private key') });
    expect(corrupt.stderr).not.toContain('AAAA');
    expect(server.asked).toEqual([]);
  });

  test('a key with a passphrase opens with REMOTES_KEY_PASSPHRASE, and says so without it', async () => {
    const host = await makeHost(server.url, 'registered');
    const { private_pkcs8_encrypted_pem: pem, private_pkcs8_encrypted_password: password } =
      vectors.rsa_keys.main;
    await writeFile(host.privateKey, pem);
    const args = ['--action=host_verify', '-S', host.settings, '--token', 'secret'];
    expect(await runClient(args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is encrypted and REMOTES_KEY_PASSPHRASE does not open it'),
    });
    expect(await runClient(args, { env: { REMOTES_KEY_PASSPHRASE: password } })).toMatchObject({ code: 0 });
  });
});
