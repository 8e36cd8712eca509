import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { openAccounts, password } from './account-door.ts';
import { storedText } from './stored-text.ts';

describe('signing in', () => {
  eachDatabase((open) => {
    test('takes name and password, and answers a session for programs', async () => {
      const accounts = await openAccounts(await open());
      const answer = await accounts.nobody(
        'POST',
        '/session',
        { name: 'ADA', password, kind: 'bearer' },
        { headers: { 'user-agent': 'test/1' } },
      );
      expect(answer).toMatchObject({
        status: 201,
        json: { name: 'ada', role: 'admin', token: expect.stringMatching(/^rmt_ses_[\w-]{43}$/) },
      });
      expect(answer.headers['set-cookie']).toBeUndefined();
      const as = accounts.bearer(answer.json.token);
      expect((await as('GET', '/session')).json).toMatchObject({
        name: 'ada',
        role: 'admin',
        hosts_groups: null,
        session: { has_second_factor: false },
        api_token: null,
        has_password: true,
        has_totp: false,
        lacks_second_factor: false,
      });
      expect((await as('GET', '/sessions')).json.items).toMatchObject([
        { kind: 'bearer', agent: 'test/1', address: '127.0.0.1', is_this: true },
      ]);
    });

    test('sets a cookie for browsers, which is worth nothing as a bearer, nor a bearer as a cookie', async () => {
      const accounts = await openAccounts(await open());
      const answer = await accounts.nobody('POST', '/session', { name: 'ada', password });
      expect(answer.json.token).toBeNull();
      const cookie = String(answer.headers['set-cookie']);
      expect(cookie).toMatch(
        /^remotes_session=rmt_ses_[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
      );
      const token = /=(rmt_ses_[\w-]+)/.exec(cookie)?.[1] ?? '';
      const withCookie = (value: string) =>
        accounts.client({ cookie: `remotes_session=${value}`, 'sec-fetch-site': 'same-origin' });
      expect((await withCookie(token)('GET', '/session')).status).toBe(200);
      expect((await accounts.bearer(token)('GET', '/session')).status).toBe(401);
      const { token: bearer } = await accounts.signIn();
      expect((await withCookie(bearer)('GET', '/session')).status).toBe(401);
    });

    test('ends the session that asks for another one', async () => {
      const accounts = await openAccounts(await open());
      const first = await accounts.signIn();
      const second = await first('POST', '/session', { name: 'ada', password, kind: 'bearer' });
      expect(second.status).toBe(201);
      expect((await first('GET', '/session')).status).toBe(401);
      expect((await accounts.bearer(second.json.token)('GET', '/session')).status).toBe(200);
    });

    test('says the same whatever was wrong', async () => {
      const accounts = await openAccounts(await open());
      await accounts.add('gone', 'viewer');
      const id = await accounts.add('invited', 'viewer');
      await accounts.fleet.administer(async ({ operators }) => {
        await operators.change(id, { passwordHash: null });
        const gone = await operators.byName('gone');
        await operators.change(gone?.id ?? 0, { isActive: false });
      });
      const answers = [];
      for (const [name, secret] of [
        ['ada', 'wrong'],
        ['nobody at all', password],
        ['ad\u0007a', password],
        ['gone', password],
        ['invited', password],
        ['invited', ''],
      ]) {
        const { status, json } = await accounts.nobody('POST', '/session', { name, password: secret || 'x' });
        answers.push({ ...json, status, request_id: undefined });
      }
      expect(answers[0]).toMatchObject({ status: 401, code: 'sign_in_failed' });
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    });

    test('keeps the hash of a token alone, and no password', async () => {
      const database = await open();
      const accounts = await openAccounts(database);
      const { token } = await accounts.signIn();
      const text = await storedText(database);
      expect(text).toContain('session.begin');
      for (const secret of [token, token.slice(-43), password]) expect(text).not.toContain(secret);
      expect(accounts.door.logLines.join()).not.toContain(token);
    });

    test('is noted, and so is a failure where there is such an account', async () => {
      const accounts = await openAccounts(await open());
      await accounts.nobody('POST', '/session', { name: 'ada', password: 'wrong' });
      await accounts.nobody('POST', '/session', { name: 'nobody', password: 'wrong' });
      const [begun, refused, ...rest] = await accounts.audit();
      expect(begun).toMatchObject({ action: 'session.begin', by: { kind: 'operator', name: 'ada' } });
      expect(refused).toMatchObject({
        action: 'session.refuse',
        subject: 'operator ada',
        by: { kind: 'nobody', address: '127.0.0.1' },
      });
      expect(rest.map(({ action }) => action)).toEqual(['operator.create']);
    });
  });
});
