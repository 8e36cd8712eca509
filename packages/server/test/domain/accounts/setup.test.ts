import { describe, expect, test } from 'vitest';
import { firstAdminLink } from '../../../src/domain/accounts/first-admin.ts';
import { eachDatabase } from '../../databases.ts';
import { hourMs, minuteMs, openAccounts, password } from './account-door.ts';
import { createAuthenticator } from './authenticator.ts';
import { storedText } from './stored-text.ts';

const chosen = 'nine blue kites drift past noon';

describe('a set-up link', () => {
  eachDatabase((open) => {
    test('makes the first admin, once', async () => {
      const database = await open();
      const accounts = await openAccounts(database);
      const { mind } = accounts.fleet;
      expect(await firstAdminLink(mind, 'http://here')).toBeUndefined();
      await accounts.fleet.administer(({ operators }) => operators.remove(1));
      const link = await firstAdminLink(mind, 'http://here/');
      expect(link?.url).toMatch(/^http:\/\/here\/setup#rmt_set_[\w-]{43}$/);
      expect(link?.expiresAt).toBe(mind.clock() + hourMs);
      const token = link?.url.split('#')[1] ?? '';
      expect(await storedText(database)).not.toContain(token);
      const use = (name?: string) =>
        accounts.nobody('POST', '/setup', { token, name, password: chosen, kind: 'bearer' });
      expect((await use()).json.code).toBe('invalid_request');
      expect((await use(' x')).json.code).toBe('unsuitable_name');
      const answers = await Promise.all([use('grace'), use('hedy')]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 404]);
      const won = answers.find(({ status }) => status === 201);
      expect(won?.json).toMatchObject({ role: 'admin' });
      expect((await accounts.bearer(won?.json.token)('GET', '/operators')).json.items).toHaveLength(1);
    });

    test('is worth nothing after an hour', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const made = await as('POST', '/operators', { name: 'viola', role: 'viewer' });
      expect(made).toMatchObject({ status: 201, headers: { location: `/api/v2/operators/${made.json.id}` } });
      accounts.pass(hourMs);
      const late = await accounts.nobody('POST', '/setup', {
        token: made.json.setup_token,
        password: chosen,
      });
      expect(late).toMatchObject({ status: 404, json: { code: 'not_found' } });
    });

    test('invites somebody to choose a password, and nobody can sign in before', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      await accounts.setting('server_url', 'https://remotes.example/');
      const { json } = await as('POST', '/operators', { name: 'Viola', role: 'viewer' });
      expect(json.setup_url).toBe(`https://remotes.example/setup#${json.setup_token}`);
      expect((await as('GET', `/operators/${json.id}`)).json).toMatchObject({ has_password: false });
      const use = (secret: string) =>
        accounts.nobody('POST', '/setup', { token: json.setup_token, password: secret, kind: 'bearer' });
      expect((await use('Violaviola12')).json.code).toBe('weak_password');
      const used = await use(chosen);
      expect(used).toMatchObject({ status: 201, json: { name: 'Viola', role: 'viewer' } });
      expect((await use(chosen)).status).toBe(404);
      expect((await accounts.bearer(used.json.token)('GET', '/session')).json.name).toBe('Viola');
      expect((await accounts.audit()).map(({ action }) => action)).toContain('account.set_up');
    });

    test('gives a new password, ends every session, and asks for the second factor', async () => {
      const accounts = await openAccounts(await open());
      const id = await accounts.add('viola', 'viewer');
      const viola = await accounts.signIn('viola');
      const { recoveryCodes } = await accounts.enrolTotp(viola);
      const as = await accounts.signIn();
      const link = (forgets: boolean) =>
        as('POST', `/operators/${id}/setup-link`, { forget_factors: forgets });
      const former = (await link(false)).json.setup_token;
      const token = (await link(false)).json.setup_token;
      const use = (setupToken: string, code?: string) =>
        accounts.nobody('POST', '/setup', { token: setupToken, password: chosen, code, kind: 'bearer' });
      expect((await use(former)).status).toBe(404);
      expect((await use(token)).json.code).toBe('second_factor_wanted');
      expect((await use(token, recoveryCodes[0])).status).toBe(201);
      expect((await viola('GET', '/session')).status).toBe(401);
      const lost = (await link(true)).json.setup_token;
      const used = await use(lost);
      expect(used.status).toBe(201);
      const me = (await accounts.bearer(used.json.token)('GET', '/session')).json;
      expect(me).toMatchObject({ has_totp: false, recovery_codes: 0 });
    });

    test('takes lost passkeys away too', async () => {
      const accounts = await openAccounts(await open());
      const id = await accounts.add('viola', 'viewer');
      const { id: credentialId } = createAuthenticator('http://localhost');
      await accounts.fleet.administer(({ passkeys }) =>
        passkeys.add({
          operatorId: id,
          name: 'lost',
          credentialId,
          publicKey: '',
          counter: 0,
          rpId: 'localhost',
          transports: [],
          createdAt: 0,
        }),
      );
      const as = await accounts.signIn();
      const { setup_token: token } = (
        await as('POST', `/operators/${id}/setup-link`, { forget_factors: true })
      ).json;
      await accounts.nobody('POST', '/setup', { token, password: chosen });
      expect((await as('GET', `/operators/${id}`)).json).toMatchObject({ passkeys: 0, has_password: true });
    });

    test('is made by a confirmed session of an admin alone', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const token = (await as('POST', '/api-tokens', { name: 'ci' })).json.token;
      const make = { name: 'eve', role: 'admin' };
      expect((await accounts.bearer(token)('POST', '/operators', make)).json.code).toBe('not_allowed');
      accounts.pass(11 * minuteMs);
      expect((await as('POST', '/operators', make)).json.code).toBe('confirmation_wanted');
      await as('POST', '/session/confirm', { password });
      expect((await as('POST', '/operators', make)).status).toBe(201);
    });

    test('lets nobody try the codes of its account for long', async () => {
      const accounts = await openAccounts(await open());
      const id = await accounts.add('viola', 'viewer');
      const { secret } = await accounts.enrolTotp(await accounts.signIn('viola'));
      const as = await accounts.signIn();
      const { setup_token: token } = (await as('POST', `/operators/${id}/setup-link`, {})).json;
      const use = async (code: string) =>
        (await accounts.nobody('POST', '/setup', { token, password: chosen, code })).json;
      for (let count = 0; count < 5; count += 1) expect((await use('abcd')).code).toBe('sign_in_failed');
      expect((await use(accounts.code(secret))).code).toBe('locked_out');
      // Who signs in by the password is not kept out by that.
      accounts.pass(minuteMs);
      await accounts.signIn('viola', accounts.code(secret));
      expect(await use(accounts.code(secret, accounts.fleet.mind.clock() + minuteMs / 2))).toMatchObject({
        name: 'viola',
      });
    });

    test('that makes any admin is worth nothing once there is one', async () => {
      const accounts = await openAccounts(await open());
      const { mind } = accounts.fleet;
      await accounts.fleet.administer(({ operators }) => operators.remove(1));
      const links = [await firstAdminLink(mind, 'http://here'), await firstAdminLink(mind, 'http://here')];
      const use = async (link: (typeof links)[number], name: string) => {
        const token = link?.url.split('#')[1] ?? '';
        return (await accounts.nobody('POST', '/setup', { token, name, password: chosen })).status;
      };
      expect(await use(links[1], 'grace')).toBe(201);
      expect(await use(links[0], 'mallory')).toBe(404);
    });
  });
});
