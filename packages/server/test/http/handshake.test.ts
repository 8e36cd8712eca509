import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { openSealedHost, shakeHands } from '../sealed-host.ts';
import { openDoor } from './open-door.ts';

const path = '/sealed/handshake/';
const bytes = (fill: number) => Buffer.alloc(32, fill).toString('base64url');
const good = { versions: [1], ephemeral: bytes(9), nonce: bytes(1) };
const malformed = { detail: 'The handshake is malformed.' };

describe('the handshake', () => {
  eachDatabase((open) => {
    test('proves the same server each time, with new keys each time', async () => {
      const { url } = await openDoor(await open());
      const [one, two] = [await shakeHands(url), await shakeHands(url)];
      expect(two.proof).toMatchObject({
        server: one.proof.server,
        signing_key: one.proof.signing_key,
        recovery_key: one.proof.recovery_key,
        successions: [],
        capability: 2,
      });
      expect(two.secret).not.toEqual(one.secret);
      expect(two.proof.instance).not.toBe(one.proof.instance);
    });

    test('takes a version that it knows among others', async () => {
      const { call } = await openDoor(await open());
      expect(await call(path, { body: { ...good, versions: [7, 1] } })).toMatchObject({
        status: 200,
        json: { version: 1 },
      });
      expect(await call(path, { body: { ...good, versions: [2, 255] } })).toMatchObject({
        status: 400,
        json: { detail: 'This server speaks none of the offered versions.' },
      });
    });

    test.each([
      {},
      { ...good, versions: [] },
      { ...good, versions: [0] },
      { ...good, versions: [256] },
      { ...good, versions: Array(17).fill(1) },
      { ...good, versions: '1' },
      { ...good, ephemeral: 'short' },
      { ...good, ephemeral: bytes(0) },
      { ...good, ephemeral: Buffer.concat([Buffer.of(1), Buffer.alloc(31)]).toString('base64url') },
      { ...good, ephemeral: null },
      { ...good, nonce: [] },
      { ...good, nonce: `${bytes(1)}=` },
    ])('refuses %j', async (body) => {
      const { call, logLines } = await openDoor(await open());
      expect(await call(path, { body })).toMatchObject({ status: 400, json: malformed });
      expect(logLines.join()).toContain('"code":"handshake_malformed"');
    });

    test('refuses bodies and methods as everywhere', async () => {
      const { call, url } = await openDoor(await open());
      expect((await call(path, { body: '{"' })).status).toBe(400);
      expect((await call(path, { body: '[]' })).status).toBe(400);
      expect((await call(path)).status).toBe(405);
      expect((await call('/sealed/messages/', { method: 'PUT', body: 'x' })).status).toBe(405);
      expect((await call('/sealed/messages/', { body: {} })).status).toBe(415);
      expect((await call('/sealed/messages/', { method: 'OPTIONS' })).json).toMatchObject({
        name: 'messages',
        methods: ['POST', 'OPTIONS'],
      });
      const large = { 'content-type': 'application/octet-stream' };
      expect(
        (await call('/sealed/messages', { body: Buffer.alloc(1024 * 1024 + 1), headers: large })).status,
      ).toBe(413);
      expect((await fetch(`${url}/sealed/`)).status).toBe(404);
    });

    test('both paths are in discover and in the API log, with the host once it is proved, the types of messages and what was refused, and never with content', async () => {
      const door = await openDoor(await open());
      await door.fleet.administer(async (tables) => {
        for (const name of ['apilog_enable_logging', 'apilog_include_arguments']) {
          await tables.settings.put({ name, value: 'yes', isActive: true, isSecret: false, description: '' });
        }
      });
      const endpoints = (await door.call('/api/v1/discover/')).json;
      expect(endpoints).toMatchObject({
        endpoints: { handshake: '/sealed/handshake/', messages: '/sealed/messages/' },
      });
      const host = await openSealedHost(door.url);
      await host.enter(await door.addToken());
      await host.say({ type: 'secret type' }, { type: 'claim', limit: 0, token: 'secret' });
      const { entries } = await door.logged(5);
      const handshake = { path: '/sealed/handshake/', status: 200, hostName: null, arguments: null };
      const ofMessages = (hostName: string | null, what: object) => {
        const kept = JSON.stringify(what);
        return { path: '/sealed/messages/', status: 200, hostName, arguments: kept };
      };
      expect(entries.slice(-5)).toMatchObject([
        handshake,
        ofMessages(null, { messages: ['register'] }),
        ofMessages(null, { messages: ['verify'] }),
        ofMessages('000001', { messages: ['prove'] }),
        ofMessages('000001', { messages: ['claim'], refused: [{ of: 'claim', code: 'message_malformed' }] }),
      ]);
    });
  });
});
