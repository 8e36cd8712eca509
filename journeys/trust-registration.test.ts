import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerHandshake } from '@remotes/protocol/crypto/handshake';
import { signFor, signingPublicText } from '@remotes/protocol/crypto/sign';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../packages/server/test/databases.ts';
import type { Asked } from './middle.ts';
import { administer, type Database, makeToken, startServer } from './server-process.ts';
import { hostOf, openTrustedFleet, register, type TrustedHost } from './trusted-fleet.ts';

/** Nothing that was sent holds the token, whole or its secret half. */
function expectKept(token: string, seen: readonly { asked: Asked }[]): void {
  const [secret = ''] = token.split('.');
  for (const { asked } of seen) {
    const all = `${asked.path} ${JSON.stringify(asked.headers)} ${asked.body.toString('latin1')}`;
    expect(all).not.toContain(secret);
    expect(all).not.toContain(Buffer.from(secret).toString('base64').slice(0, -4));
  }
  expect(seen.length).toBeGreaterThan(0);
}

async function hostsOf(database: Database) {
  return JSON.parse(await administer(database, 'hosts', '--json'));
}

function pinned(host: TrustedHost): boolean {
  return existsSync(host.settings) && readFileSync(host.settings, 'utf8').includes('[trust]');
}

describe('a host that registers stops before it sends its token', () => {
  test('to another server than the one that the token names', async () => {
    const fleet = await openTrustedFleet();
    const other = await createDatabase('sqlite');
    onTestFinished(other.remove);
    const real = await startServer(other);
    onTestFinished(async () => void (await real.kill()));
    const token = await makeToken(other);
    const host = hostOf(token);
    const { code, stderr } = await register(host, fleet.middle.url);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/fingerprint|prove/);
    expectKept(token, fleet.middle.seen);
    expect(await hostsOf(fleet.database)).toEqual([]);
    expect(pinned(host)).toBe(false);
  });

  test('to somebody in the middle who proves a key of his own', async () => {
    const fleet = await openTrustedFleet();
    const token = await makeToken(fleet.database);
    fleet.middle.meddle({
      asked: ({ path, body }) =>
        path === '/sealed/handshake/'
          ? {
              answer: {
                status: 200,
                headers: { 'content-type': 'application/json' },
                body: proofOfHisOwn(body),
              },
            }
          : undefined,
    });
    const host = hostOf(token);
    const { code, stderr } = await register(host, fleet.middle.url);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/fingerprint|prove/);
    expectKept(token, fleet.middle.seen);
    expect(pinned(host)).toBe(false);
    fleet.middle.meddle({});
    expect(await register(host, fleet.middle.url)).toMatchObject({ code: 0 });
  });

  test.each([
    ['whose paths for it were taken out of discover', true],
    ['that answers 404 to the handshake', false],
  ])('to a server that seems to speak v1 only, %s', async (_, isStripped) => {
    const fleet = await openTrustedFleet();
    const token = await makeToken(fleet.database);
    const notFound = { status: 404, headers: {}, body: Buffer.from('{"detail":"Not found."}') };
    fleet.middle.meddle({
      asked: ({ path }) => (path.startsWith('/sealed/') ? { answer: notFound } : undefined),
      answered({ path }, { body }) {
        if (!isStripped || !path.includes('discover')) return undefined;
        const { endpoints, ...others } = JSON.parse(body.toString());
        const { handshake: __, messages: ___, ...v1 } = endpoints;
        return { body: Buffer.from(JSON.stringify({ ...others, endpoints: v1 })) };
      },
    });
    const host = hostOf(token);
    const { code, stderr } = await register(host, fleet.middle.url);
    expect(code).not.toBe(0);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/prove|v1/);
    expectKept(token, fleet.middle.seen);
    expect(fleet.middle.seen.map(({ asked }) => asked.path).join()).not.toContain('/host/register');
  });
});

test('a registration whose messages are changed on the way makes no host, and can be done again', async () => {
  const fleet = await openTrustedFleet();
  const host = hostOf(await makeToken(fleet.database));
  fleet.middle.meddle({
    asked({ path, body }) {
      if (path !== '/sealed/messages/') return undefined;
      const changed = Buffer.from(body);
      // Where the public key stands, more or less: he would like to put his own there.
      changed[Math.floor(body.length / 2)]! ^= 0xff;
      return { body: changed };
    },
  });
  expect((await register(host, fleet.middle.url)).code).not.toBe(0);
  expect(await hostsOf(fleet.database)).toEqual([]);
  expect(fleet.server().program.stdout()).toContain('seal_broken');
  fleet.middle.meddle({});
  expect(await register(host, fleet.middle.url)).toMatchObject({ code: 0 });
  expect(await hostsOf(fleet.database)).toMatchObject([{ state: 'verified' }]);
});

test('a host that registered holds a pin, a channel key that others cannot read, and v1 is closed to its token', async () => {
  const fleet = await openTrustedFleet();
  const host = await fleet.newHost();
  const shown = JSON.parse(await administer(fleet.database, 'keys', 'show', '--json'));
  const settings = readFileSync(host.settings, 'utf8');
  expect(settings).toContain(host.token.split('.')[1] ?? '-');
  expect(JSON.stringify(shown)).toContain(host.token.split('.')[1] ?? '-');
  expect(readFileSync(join(host.folder, 'key.pem.channel'), 'utf8')).toContain('BEGIN PRIVATE KEY');
  expect(await hostsOf(fleet.database)).toMatchObject([{ protocol: 'sealed' }]);
});

/** A handshake that is good in every way but for the key that it is signed with. */
function proofOfHisOwn(body: Buffer): Buffer {
  const { versions, ephemeral, nonce } = JSON.parse(body.toString());
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  const answered = answerHandshake({ versions, ephemeral: bytes(ephemeral), nonce: bytes(nonce) }, 1);
  if (!answered) throw new Error('no handshake');
  const { privateKey } = generateKeyPairSync('ed25519');
  const proof = {
    server: randomUUID(),
    signing_key: signingPublicText(privateKey),
    recovery_key: signingPublicText(generateKeyPairSync('ed25519').privateKey),
    successions: [],
    capability: 1,
    time_ms: Date.now(),
    expires_at_ms: Date.now() + 3_600_000,
    instance: Buffer.alloc(16, 1).toString('base64url'),
  };
  const { reply, agreement } = answered;
  const signed = canonicalJson({ ...proof, transcript: agreement.transcript.toString('base64url') });
  const signature = signFor('server handshake', privateKey, signed);
  const sealed = agreement.sealProof(Buffer.from(JSON.stringify({ ...proof, signature })));
  return Buffer.from(
    JSON.stringify({
      version: 1,
      ephemeral: reply.ephemeral.toString('base64url'),
      nonce: reply.nonce.toString('base64url'),
      ticket: 'AAAA',
      sealed: sealed.toString('base64url'),
    }),
  );
}
