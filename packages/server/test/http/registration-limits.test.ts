import { describe, expect, test } from 'vitest';
import { registrationSecretHash } from '../../src/domain/registration-token.ts';
import { eachDatabase } from '../databases.ts';
import { createMachine } from '../domain/small-fleet.ts';
import { openDoor } from './open-door.ts';

const register = '/api/v1/host/register/';
const verify = '/api/v1/host/verify/';
const tooMany = { detail: 'Too many requests: try again later.' };

describe('limits of registering', () => {
  eachDatabase((open) => {
    test('an address that fails too often in a minute is told when to come again', async () => {
      const { call, addToken, fleet } = await openDoor(await open(), {
        limits: { failedRegistrationsPerAddress: 3 },
      });
      const token = await addToken();
      const good = { token, body: { public_key: createMachine(fleet).publicPem } };
      expect((await call(register, { body: {} })).status).toBe(401);
      expect((await call(register, { token: 'wrong', body: {} })).status).toBe(401);
      expect((await call(verify, { token, body: {} })).status).toBe(400);
      const refused = await call(register, good);
      expect([refused.status, refused.json]).toEqual([429, tooMany]);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await call('/api/status/')).status).toBe(200);
      fleet.pass(Number(refused.headers['retry-after']) * 1000);
      expect((await call(register, good)).status).toBe(200);
    });

    test('one address that fails does not lock out another; behind a trusted proxy they are told apart', async () => {
      const { call, addToken, fleet } = await openDoor(await open(), {
        limits: { failedRegistrationsPerAddress: 2 },
        trustProxy: true,
      });
      const from = (address: string) => ({ 'x-forwarded-for': `203.0.113.1, ${address}` });
      for (let count = 0; count < 3; count += 1)
        await call(register, { body: {}, headers: from('10.0.0.1') });
      const body = { public_key: createMachine(fleet).publicPem };
      const token = await addToken();
      expect((await call(register, { token, body, headers: from('10.0.0.1') })).status).toBe(429);
      expect((await call(register, { token, body, headers: from('10.0.0.2') })).status).toBe(200);
    });

    test('what a caller says of its address counts for nothing without a trusted proxy', async () => {
      const { call } = await openDoor(await open(), { limits: { failedRegistrationsPerAddress: 2 } });
      const statuses = [];
      for (let count = 0; count < 4; count += 1) {
        const headers = { 'x-forwarded-for': `10.0.0.${count}` };
        statuses.push((await call(register, { body: {}, headers })).status);
      }
      expect(statuses).toEqual([401, 401, 429, 429]);
    });

    test('whoever registered is never refused at verify for coming too often', async () => {
      const { call, addToken, fleet } = await openDoor(await open(), {
        limits: { failedRegistrationsPerAddress: 1, registrationsPerToken: 1 },
      });
      const token = await addToken();
      const machine = createMachine(fleet);
      const registered = await call(register, { token, body: { public_key: machine.publicPem } });
      expect(registered.status).toBe(200);
      // Once more, past the door: what was sealed for the machine is its own to open.
      await machine.register({ secretHash: registrationSecretHash(token) });
      for (let count = 0; count < 3; count += 1) await call(register, { token: 'wrong', body: {} });
      expect((await call(register, { token, body: {} })).status).toBe(429);
      const body = { uuid: machine.uuid, encrypted: machine.sign() };
      expect((await call(verify, { token, body })).status).toBe(200);
    });

    test('a token has so many successes in a minute, and refusals do not use them up', async () => {
      const { call, addToken, fleet } = await openDoor(await open(), {
        limits: { registrationsPerToken: 2 },
      });
      const token = await addToken();
      const good = { token, body: { public_key: createMachine(fleet).publicPem } };
      for (let count = 0; count < 4; count += 1) {
        expect((await call(register, { token, body: { public_key: 'x' } })).status).toBe(400);
      }
      expect((await call(register, good)).status).toBe(200);
      expect((await call(register, good)).status).toBe(200);
      expect((await call(register, good)).status).toBe(429);
      const other = await addToken();
      expect((await call(register, { ...good, token: other })).status).toBe(200);
      fleet.pass(60_000);
      expect((await call(register, good)).status).toBe(200);
    });

    test('500 machines behind one address join with one token', async () => {
      const { call, addToken, fleet } = await openDoor(await open(), { maxConnections: 1000 });
      const good = { token: await addToken(), body: { public_key: createMachine(fleet).publicPem } };
      const answers = await Promise.all(Array.from({ length: 500 }, () => call(register, good)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    });
  });
});
