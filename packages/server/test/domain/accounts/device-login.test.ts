import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { type Accounts, type Client, minuteMs, openAccounts, password } from './account-door.ts';
import { storedText } from './stored-text.ts';

const begin = async (accounts: Accounts) =>
  (await accounts.nobody('POST', '/device-logins', undefined, { headers: { 'user-agent': 'remotes/1' } }))
    .json;

describe('a program that asks to be let in', () => {
  eachDatabase((open) => {
    test('gets a session once, of whoever let it in', async () => {
      const database = await open();
      const accounts = await openAccounts(database);
      const waiting = await begin(accounts);
      expect(waiting).toMatchObject({
        device_code: expect.stringMatching(/^rmt_dev_[\w-]{43}$/),
        user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/),
        verification_path: '/device',
        interval_seconds: 2,
      });
      const poll = () =>
        accounts.nobody('POST', '/device-logins/token', { device_code: waiting.device_code });
      expect((await poll()).json).toEqual({ state: 'pending', token: null, expires_at: null });
      await accounts.add('viola', 'viewer');
      const viola = await accounts.signIn('viola');
      const typed = waiting.user_code.toLowerCase().replace('-', '');
      expect((await viola('GET', `/device-logins/${typed}`)).json).toMatchObject({
        user_code: waiting.user_code,
        address: '127.0.0.1',
        agent: 'remotes/1',
      });
      expect((await viola('POST', `/device-logins/${typed}/approve`)).status).toBe(204);
      expect((await viola('POST', `/device-logins/${typed}/approve`)).status).toBe(404);
      const answers = await Promise.all([poll(), poll()]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
      const { json } = answers.find(({ status }) => status === 200) ?? { json: {} };
      expect(json.state).toBe('approved');
      const program = accounts.bearer(json.token);
      expect((await program('GET', '/session')).json).toMatchObject({
        name: 'viola',
        session: { confirmed_until_at: null },
      });
      // Nobody has shown a password there.
      expect((await program('POST', '/api-tokens', { name: 'x' })).json.code).toBe('confirmation_wanted');
      const text = await storedText(database);
      for (const secret of [waiting.device_code, json.token]) expect(text).not.toContain(secret);
    });

    test('is kept out by whoever denies it, after ten minutes, and by an account that is disabled meanwhile', async () => {
      const accounts = await openAccounts(await open());
      const id = await accounts.add('viola', 'viewer');
      const viola = await accounts.signIn('viola');
      const poll = async ({ device_code }: { device_code: string }) =>
        accounts.nobody('POST', '/device-logins/token', { device_code });
      const denied = await begin(accounts);
      await viola('POST', `/device-logins/${denied.user_code}/deny`);
      expect((await poll(denied)).json).toEqual({ state: 'denied', token: null, expires_at: null });
      const late = await begin(accounts);
      accounts.pass(10 * minuteMs);
      expect((await viola('GET', `/device-logins/${late.user_code}`)).status).toBe(404);
      expect((await viola('POST', `/device-logins/${late.user_code}/approve`)).status).toBe(404);
      expect((await poll(late)).status).toBe(404);
      const approved = await begin(accounts);
      await viola('POST', '/session/confirm', { password });
      await viola('POST', `/device-logins/${approved.user_code}/approve`);
      await accounts.fleet.administer(({ operators }) => operators.change(id, { isActive: false }));
      expect((await poll(approved)).json.state).toBe('denied');
    });

    test('passes the second factor of whoever let it in on', async () => {
      const accounts = await openAccounts(await open());
      await accounts.setting('second_factor_required_for', 'admin');
      const as = await accounts.signIn();
      const waiting = await begin(accounts);
      expect((await as('POST', `/device-logins/${waiting.user_code}/approve`)).status).toBe(401);
      await accounts.enrolTotp(as);
      await as('POST', `/device-logins/${waiting.user_code}/approve`);
      const { json } = await accounts.nobody('POST', '/device-logins/token', {
        device_code: waiting.device_code,
      });
      expect((await accounts.bearer(json.token)('GET', '/hosts')).status).toBe(200);
    });

    test('is let in by a session alone whose holder has just shown who he is', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      accounts.pass(10 * minuteMs);
      const waiting = await begin(accounts);
      const approve = () => as('POST', `/device-logins/${waiting.user_code}/approve`);
      expect(await approve()).toMatchObject({ status: 403, json: { code: 'confirmation_wanted' } });
      await as('POST', '/session/confirm', { password });
      expect((await approve()).status).toBe(204);
    });

    test('gets no session any more where the sessions of whoever let it in ended meanwhile', async () => {
      const accounts = await openAccounts(await open());
      const id = await accounts.add('viola', 'viewer');
      const ada = await accounts.signIn();
      const ends: ((viola: Client) => Promise<{ status: number }>)[] = [
        (viola) => viola('PUT', '/account/password', { password: 'nine blue kites drift past noon' }),
        (viola) => viola('DELETE', '/sessions'),
        () => ada('DELETE', `/operators/${id}/sessions`),
        async () => {
          await ada('PATCH', `/operators/${id}`, { is_active: false });
          return ada('PATCH', `/operators/${id}`, { is_active: true });
        },
        async () => {
          const { setup_token: token } = (await ada('POST', `/operators/${id}/setup-link`, {})).json;
          return accounts.nobody('POST', '/setup', { token, password });
        },
      ];
      for (const end of ends) {
        await accounts.setPassword(id);
        const viola = await accounts.signIn('viola');
        const stolen = await begin(accounts);
        expect((await viola('POST', `/device-logins/${stolen.user_code}/approve`)).status).toBe(204);
        expect((await end(viola)).status).toBeLessThan(300);
        const { status, json } = await accounts.nobody('POST', '/device-logins/token', {
          device_code: stolen.device_code,
        });
        expect([status, json.token]).toEqual([404, undefined]);
      }
    });
  });
});
