import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { type Accounts, dayMs, minuteMs, openAccounts, password } from './account-door.ts';

const wrong = (accounts: Accounts, name = 'ada') =>
  accounts.nobody('POST', '/session', { name, password: 'wrong' });

describe('failed sign-ins', () => {
  eachDatabase((open) => {
    test('are answered later and later, for the right password too, until a success', async () => {
      const accounts = await openAccounts(await open());
      for (let count = 0; count < 5; count += 1) expect((await wrong(accounts)).status).toBe(401);
      const locked = await wrong(accounts);
      expect(locked).toMatchObject({
        status: 403,
        json: { code: 'locked_out' },
        headers: { 'retry-after': '1' },
      });
      const right = () => accounts.nobody('POST', '/session', { name: 'ada', password, kind: 'bearer' });
      expect((await right()).json.code).toBe('locked_out');
      accounts.pass(1000);
      expect((await wrong(accounts)).status).toBe(401);
      expect((await wrong(accounts)).headers['retry-after']).toBe('2');
      accounts.pass(2000);
      expect((await right()).status).toBe(201);
      for (let count = 0; count < 5; count += 1) expect((await wrong(accounts)).status).toBe(401);
    });

    test('never keep anybody out for more than a quarter of an hour, and are forgotten after a day', async () => {
      const accounts = await openAccounts(await open());
      for (let count = 0; count < 20; count += 1) {
        await wrong(accounts);
        accounts.pass(15 * minuteMs);
      }
      expect((await wrong(accounts)).status).toBe(401);
      expect((await wrong(accounts)).headers['retry-after']).toBe('900');
      accounts.pass(dayMs);
      for (let count = 0; count < 5; count += 1) expect((await wrong(accounts)).status).toBe(401);
    });

    test('are counted alike where there is no such account', async () => {
      const accounts = await openAccounts(await open());
      for (let count = 0; count < 5; count += 1) expect((await wrong(accounts, 'nobody')).status).toBe(401);
      expect((await wrong(accounts, 'NOBODY')).json.code).toBe('locked_out');
    });

    test('are counted for the address too, whatever names were tried', async () => {
      const accounts = await openAccounts(await open());
      for (let count = 0; count < 20; count += 1) {
        expect((await wrong(accounts, `name ${count}`)).status).toBe(401);
      }
      expect((await wrong(accounts, 'another')).json.code).toBe('locked_out');
    });

    test('count even when they come all at once', async () => {
      const accounts = await openAccounts(await open());
      const answers = await Promise.all(Array.from({ length: 12 }, () => wrong(accounts)));
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    });
  });
});
