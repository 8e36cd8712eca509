import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { createMachine } from '../domain/small-fleet.ts';
import type { Call } from './call.ts';
import { openDoor } from './open-door.ts';

const spki = { type: 'spki', format: 'pem' } as const;
const keys = {
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export(spki),
  ed25519: generateKeyPairSync('ed25519').publicKey.export(spki),
  'rsa of 512 bits': generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey.export(spki),
};
const register = '/api/v1/host/register/';
const verify = '/api/v1/host/verify/';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

type Wrong = [what: string, path: string, call: Call, status: number, says: string];
const bodies = (path: string): Wrong[] => [
  ['a null body', path, { body: 'null' }, 400, 'must be an object'],
  ['a list', path, { body: '[1,2]' }, 400, 'must be an object'],
  ['a text', path, { body: '"text"' }, 400, 'must be an object'],
  ['a number', path, { body: '1' }, 400, 'must be an object'],
  ['no JSON', path, { body: '{"a":' }, 400, 'JSON parse error - '],
  ['white space', path, { body: ' \n' }, 400, 'JSON parse error - '],
  ['NaN', path, { body: '{"a":NaN}' }, 400, 'JSON parse error - '],
  ['bytes that are no UTF-8', path, { body: Buffer.from('{"a":"\xff"}', 'latin1') }, 400, 'JSON parse error'],
  ['a type that is none', path, { body: '{}', headers: { 'content-type': 'x' } }, 415, 'media type'],
  ['an empty type', path, { body: '{}', headers: { 'content-type': '' } }, 415, 'media type'],
  ['gzip', path, { body: 'x', headers: { 'content-encoding': 'gzip' } }, 415, 'content encoding'],
  [
    'a form without its boundary',
    path,
    { body: 'x', headers: { 'content-type': 'multipart/form-data' } },
    400,
    'malformed',
  ],
];

const asRegistration: Wrong[] = [
  ...bodies(register),
  ...bodies(verify),
  ...Object.entries(keys).map(
    ([kind, key]): Wrong => [`a key of ${kind}`, register, { body: { public_key: key } }, 400, 'Invalid PEM'],
  ),
  ['a key that is a number', register, { body: { public_key: 1 } }, 400, 'Invalid PEM key'],
  ['a key that is an object', register, { body: { public_key: {} } }, 400, 'Invalid PEM key'],
  ['a null key', register, { body: { public_key: null } }, 400, 'Missing host public key'],
  ['a lone surrogate', register, { body: '{"public_key":"\\ud800"}' }, 400, 'Invalid PEM key'],
  ['NUL', register, { body: '{"public_key":"\\u0000"}' }, 400, 'Invalid PEM key'],
  ['__proto__', register, { body: '{"__proto__":{"public_key":"x"}}' }, 400, 'Missing host public key'],
  ['constructor', register, { body: '{"constructor":{"prototype":{}}}' }, 400, 'Missing host public key'],
  [
    'the fields of a refusal',
    register,
    { body: { refused: 'internal', sentence: 'x' } },
    400,
    'Missing host',
  ],
  ['a form without fields', register, { body: '&&=&', headers: form }, 400, 'Missing host public key'],
  ['a uuid that is none', verify, { body: { uuid: 'x', encrypted: 'AAAA' } }, 400, 'Host not found'],
  ['a uuid that is a list', verify, { body: { uuid: ['x'], encrypted: 'AAAA' } }, 400, 'Host not found'],
  ['bad base64', verify, { body: { uuid: 'KNOWN', encrypted: '%%%' } }, 400, 'Invalid signature'],
  [
    'a signature that is a number',
    verify,
    { body: { uuid: 'KNOWN', encrypted: 1 } },
    400,
    'Invalid signature',
  ],
  ['a lone surrogate', verify, { body: '{"uuid":"KNOWN","encrypted":"\\ud800"}' }, 400, 'Invalid signature'],
];

const post = '/api/v1/commands/post/1/';
const asHost: Wrong[] = [
  ...bodies(post),
  ['no output', post, { body: { result: 'x' } }, 400, 'Missing command output'],
  ['no result', post, { body: { output: 'x' } }, 400, 'Missing command result'],
  ['an output that is a number', post, { body: { output: 1, result: 'x' } }, 400, 'Missing command output'],
  ['an output that is not sealed', post, { body: { output: 'x', result: 'x' } }, 400, 'not sealed'],
  ['no body at all', post, { body: '' }, 400, 'Missing command output'],
];

describe('wrong input is answered with a 4xx that says what is wrong, never with 500, and nothing is stored', () => {
  eachDatabase((open) => {
    test('from whoever registers', async () => {
      const { call, addToken, fleet, database } = await openDoor(await open(), {
        limits: { failedRegistrationsPerAddress: 1000 },
      });
      const token = await addToken();
      const machine = createMachine(fleet);
      await machine.register(await fleet.addToken());
      for (const [what, path, wrong, status, says] of asRegistration) {
        const body = JSON.parse(JSON.stringify(wrong.body).replaceAll('KNOWN', machine.uuid));
        const sent = Buffer.isBuffer(wrong.body) ? wrong.body : body;
        const answer = await call(path, { token, ...wrong, body: sent });
        expect([answer.status, answer.text], `${what} to ${path}`).toEqual([
          status,
          expect.stringContaining(says),
        ]);
        expect(answer.json, what).toBeTypeOf('object');
      }
      expect(await database.storage.tables.hosts.list()).toHaveLength(1);
    });

    test('from a host', async () => {
      const { call, enrol, database } = await openDoor(await open());
      const { token, wireNumber } = await enrol();
      await call(`/api/v1/commands/get/${wireNumber}/`, { token });
      for (const [what, path, wrong, status, says] of asHost) {
        const answer = await call(path, { method: 'POST', token, ...wrong });
        expect([answer.status, answer.text], what).toEqual([status, expect.stringContaining(says)]);
        expect(answer.json, what).toBeTypeOf('object');
      }
      expect(await database.storage.tables.runs.byNumber(1)).toMatchObject({ state: 'delivered' });
    });

    test('a deeply nested body, or one of countless parts, is refused before it costs anything', async () => {
      const { call, enrol } = await openDoor(await open(), { bodyLimitBytes: 32 * 1024 * 1024 });
      const { token } = await enrol();
      await call('/api/v1/commands/get/1/', { token });
      const depth = 4_000_000;
      const nested = `{"output":${'['.repeat(depth)}${']'.repeat(depth)},"result":"x"}`;
      const many = `{"output":[${'0,'.repeat(depth)}0]}`;
      for (const body of [nested, many, '['.repeat(depth)]) {
        expect((await call(post, { token, body })).status).toBe(400);
      }
      expect((await call(post, { token, body: 'a&'.repeat(depth), headers: form })).status).toBe(400);
      const shallow = `{"output":${'['.repeat(5000)}${']'.repeat(5000)},"result":"x"}`;
      expect((await call(post, { token, body: shallow })).json).toMatchObject({
        message: 'Missing command output',
      });
    });
  });
});
