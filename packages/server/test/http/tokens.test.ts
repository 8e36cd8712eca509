import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { createMachine } from '../domain/small-fleet.ts';
import { openSealedHost } from '../sealed-host.ts';
import { openDoor } from './open-door.ts';

describe('tokens', () => {
  eachDatabase((open) => {
    test('anyone is answered when a host is active without a token: never', async () => {
      const { call, fleet, database } = await openDoor(await open());
      const machine = createMachine(fleet);
      await machine.register(await fleet.addToken());
      await database.write((tables) => tables.hosts.change(1, { state: 'verified' }));
      const headers = [
        undefined,
        '',
        'Token',
        'Token ',
        'Token null',
        'Token None',
        'Token undefined',
        'Token ""',
        `Token ${'0'.repeat(40)}`,
        `Token ${machine.uuid}`,
        'Token 1',
        'Bearer x',
        'Basic Og==',
      ];
      for (const authorization of headers) {
        for (const path of ['host/status', 'commands/list', 'commands/get/1']) {
          const answer = await call(`/api/v1/${path}/`, { headers: authorization ? { authorization } : {} });
          expect(answer.status, `${path} with ${authorization}`).toBe(401);
        }
      }
    });

    test('a registration token lets nobody in that is not whole, by v1 or sealed', async () => {
      const { addToken, call, url } = await openDoor(await open());
      const token = await addToken();
      const [secret = '', fingerprint = ''] = token.split('.');
      const host = await openSealedHost(url);
      host.keys.uuid = crypto.randomUUID();
      const body = { public_key: host.keys.rsa.publicPem };
      for (const cut of [
        secret,
        `${secret}.`,
        `${secret}.${fingerprint.slice(1)}`,
        `${token}x`,
        fingerprint,
      ]) {
        const refused = await call('/api/v1/host/register/', { token: cut, body });
        expect([refused.status, refused.json]).toEqual([401, { detail: 'Invalid token.' }]);
        for (const said of [host.sayRegister(cut), host.sayVerify(cut)]) {
          expect((await host.say(said)).messages).toMatchObject([{ code: 'invalid_token' }]);
        }
      }
      expect((await call('/api/v1/host/register/', { token, body })).status).toBe(200);
      await host.enter(token);
    });

    test('a host that was disabled is refused from the next request on, and enabled again not', async () => {
      const { call, enrol, fleet } = await openDoor(await open());
      const { token } = await enrol();
      const list = () => call('/api/v1/commands/list/', { token });
      expect((await list()).status).toBe(200);
      await fleet.administer((tables) => tables.hosts.change(1, { state: 'disabled' }));
      const refused = await list();
      expect(refused.status).toBe(403);
      expect(refused.json).toEqual({
        detail: 'You do not have permission to perform this action.',
        results: [],
      });
      await fleet.administer((tables) => tables.hosts.change(1, { state: 'verified' }));
      expect((await list()).status).toBe(200);
    });

    test('the keyword is read in any case, and spaces around it do not matter', async () => {
      const { call, enrol } = await openDoor(await open());
      const { token } = await enrol();
      for (const authorization of [`token ${token}`, `TOKEN   ${token} `, `Token\t${token}`]) {
        expect((await call('/api/v1/host/status/', { headers: { authorization } })).status).toBe(200);
      }
    });

    test('a request of a host leaves word of when and from where it came', async () => {
      const { call, enrol, fleet } = await openDoor(await open());
      const { token } = await enrol();
      const headers = { 'client-agent': 'Django Remotes', 'client-version': '0.3.2' };
      await call('/api/v1/commands/list/', { token, headers });
      expect(fleet.mind.presence.take()).toMatchObject([
        { hostId: 1, address: '127.0.0.1', clientAgent: 'Django Remotes', clientVersion: '0.3.2' },
      ]);
    });
  });
});
