import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { dayMs, hourMs, minuteMs, openAccounts, password } from './account-door.ts';

const stronger = 'nine blue kites drift past noon';

describe('a session', () => {
  eachDatabase((open) => {
    test('ends when nobody has used it for twelve hours', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      accounts.pass(11 * hourMs);
      expect((await as('GET', '/session')).status).toBe(200);
      accounts.pass(11 * hourMs);
      expect((await as('GET', '/session')).status).toBe(200);
      const uses = accounts.fleet.mind.credentialUse.take();
      await accounts.fleet.mind.storage.decide('recordCredentialUse', uses);
      accounts.pass(11 * hourMs);
      expect((await as('GET', '/session')).status).toBe(200);
      accounts.pass(12 * hourMs);
      expect((await as('GET', '/session')).status).toBe(401);
    });

    test('ends after fourteen days, used or not', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      for (let hours = 0; hours < 14 * 24; hours += 8) {
        expect((await as('GET', '/session')).status).toBe(200);
        accounts.pass(8 * hourMs);
      }
      expect((await as('GET', '/session')).status).toBe(401);
      await accounts.fleet.mind.storage.decide('pruneAccounts', { now: accounts.fleet.mind.clock() });
      expect(await accounts.fleet.mind.storage.tables.operatorSessions.ofOperator(1)).toEqual([]);
    });

    test('is refused by the very next request, wherever it was ended', async () => {
      const database = await open();
      const accounts = await openAccounts(database);
      const other = await openAccounts({ ...database, storage: await database.openAgain() });
      const first = await accounts.signIn();
      const second = await accounts.signIn();
      const elsewhere = other.bearer(second.token);
      expect((await elsewhere('GET', '/session')).status).toBe(200);
      const { items } = (await first('GET', '/sessions')).json;
      expect(items).toHaveLength(2);
      const foreign = items.find((session: { is_this: boolean }) => !session.is_this);
      expect((await first('DELETE', `/sessions/${foreign.id}`)).status).toBe(204);
      expect((await elsewhere('GET', '/session')).status).toBe(401);
      expect((await first('DELETE', `/sessions/${foreign.id}`)).status).toBe(404);
    });

    test('can end all others, and itself', async () => {
      const accounts = await openAccounts(await open());
      const [first, second, third] = [
        await accounts.signIn(),
        await accounts.signIn(),
        await accounts.signIn(),
      ];
      await accounts.add('viola', 'viewer');
      const viola = await accounts.signIn('viola');
      expect((await first('DELETE', '/sessions')).json).toEqual({ ended: 2 });
      for (const ended of [second, third]) expect((await ended('GET', '/session')).status).toBe(401);
      const out = await first('DELETE', '/session');
      expect(out.status).toBe(204);
      expect(out.headers['set-cookie']?.toString()).toMatch(/^remotes_session=; Path=\/; Max-Age=0/);
      expect((await first('GET', '/session')).status).toBe(401);
      expect((await viola('GET', '/session')).status).toBe(200);
    });

    test('of somebody else can be neither seen nor ended', async () => {
      const accounts = await openAccounts(await open());
      await accounts.add('viola', 'viewer');
      const [ada, viola] = [await accounts.signIn(), await accounts.signIn('viola')];
      const { items } = (await ada('GET', '/sessions')).json;
      expect((await viola('GET', '/sessions')).json.items).toHaveLength(1);
      expect((await viola('DELETE', `/sessions/${items[0].id}`)).status).toBe(404);
      expect((await ada('GET', '/session')).status).toBe(200);
    });

    test('changes the password within ten minutes of showing it, and ends every other session', async () => {
      const accounts = await openAccounts(await open());
      const [first, second] = [await accounts.signIn(), await accounts.signIn()];
      accounts.pass(10 * minuteMs);
      const change = (next: string) => first('PUT', '/account/password', { password: next });
      expect(await change(stronger)).toMatchObject({ status: 403, json: { code: 'confirmation_wanted' } });
      expect((await first('POST', '/session/confirm', { password: 'wrong' })).json.code).toBe(
        'sign_in_failed',
      );
      expect((await first('POST', '/session/confirm', {})).json.code).toBe('invalid_request');
      const until = (await first('POST', '/session/confirm', { password })).json.confirmed_until_at;
      expect(Date.parse(until)).toBe(accounts.fleet.mind.clock() + 10 * minuteMs);
      expect((await change('short')).json.code).toBe('weak_password');
      expect((await change(stronger)).status).toBe(204);
      expect((await first('GET', '/session')).status).toBe(200);
      expect((await second('GET', '/session')).status).toBe(401);
      expect((await accounts.nobody('POST', '/session', { name: 'ada', password })).status).toBe(401);
      const again = await accounts.nobody('POST', '/session', { name: 'ada', password: stronger });
      expect(again.status).toBe(201);
    });

    test('guesses of a password in a session count as failed sign-ins', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      for (let count = 0; count < 5; count += 1) await as('POST', '/session/confirm', { password: 'wrong' });
      expect((await as('POST', '/session/confirm', { password })).json.code).toBe('locked_out');
      accounts.pass(dayMs / 24);
      expect((await as('POST', '/session/confirm', { password })).status).toBe(200);
    });

    test('are confirmed by their holder while strangers fail by his name', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const guess = () => accounts.nobody('POST', '/session', { name: 'ada', password: 'wrong' });
      for (let count = 0; count < 6; count += 1) await guess();
      expect((await guess()).json.code).toBe('locked_out');
      expect((await as('POST', '/session/confirm', { password })).status).toBe(200);
    });
  });
});
