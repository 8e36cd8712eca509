import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { type Client, minuteMs, openAccounts, password } from './account-door.ts';
import { createAuthenticator, present } from './authenticator.ts';

describe('passkeys', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const accounts = await openAccounts(await open());
      const host = `localhost:${new URL(accounts.door.url).port}`;
      const origin = `http://${host}`;
      const at = { headers: { host } };
      /** The same client, calling the server by a name. */
      const named =
        (as: Client): Client =>
        (method, path, body) =>
          as(method, path, body, at);
      const nobody = named(accounts.nobody);
      const register = async (as: Client, authenticator = createAuthenticator(origin)) => {
        const { ceremony, options } = (await as('POST', '/account/passkeys/options')).json;
        const response = authenticator.attest(options);
        const made = await as('POST', '/account/passkeys', { name: 'laptop', ceremony, response });
        return { authenticator, made, options, ceremony, response };
      };
      const ask = async () => (await nobody('POST', '/session/passkey/options')).json;
      const show = (ceremony: string, response: object) =>
        nobody('POST', '/session/passkey', { ceremony, response, kind: 'bearer' });
      return { accounts, host, origin, named, nobody, register, ask, show };
    };

    test('sign in without name and password, as more than a password', async () => {
      const { accounts, named, register, ask, show } = await begin();
      const as = named(await accounts.signIn());
      const { authenticator, made, options } = await register(as);
      expect(made.status).toBe(201);
      expect(options).toMatchObject({
        rp: { id: 'localhost', name: 'Remotes' },
        user: { name: 'ada' },
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      const asked = await ask();
      expect(asked.options.allowCredentials ?? []).toEqual([]);
      const signed = await show(asked.ceremony, authenticator.assert(asked.options));
      expect(signed).toMatchObject({ status: 201, json: { name: 'ada' } });
      const me = (await accounts.bearer(signed.json.token)('GET', '/session')).json;
      expect(me).toMatchObject({ passkeys: 1, session: { has_second_factor: true } });
      expect((await as('GET', '/account/passkeys')).json).toMatchObject({
        items: [{ name: 'laptop', made_for: 'localhost', last_used_at: expect.any(String) }],
        unavailable_because: null,
      });
    });

    test('are good once for each ceremony, in its time, and only where it was begun', async () => {
      const { accounts, named, register, ask, show } = await begin();
      const { authenticator } = await register(named(await accounts.signIn()));
      const asked = await ask();
      const response = authenticator.assert(asked.options);
      expect((await show(asked.ceremony, response)).status).toBe(201);
      expect((await show(asked.ceremony, response)).json.code).toBe('sign_in_failed');
      const refused = async (make: (options: { challenge: string }) => object, passMs = 0) => {
        const { ceremony, options } = await ask();
        const made = make(options);
        accounts.pass(passMs);
        expect((await show(ceremony, made)).json.code).toBe('sign_in_failed');
      };
      await refused((options) => authenticator.assert(options), 5 * minuteMs);
      await refused((options) => authenticator.assert(options, { origin: 'https://evil.example' }));
      // Nobody showed himself to it.
      await refused((options) => authenticator.assert(options, { flags: present }));
      await refused(() => authenticator.assert(asked.options));
      await refused((options) => createAuthenticator('http://localhost').assert(options));
      await refused((options) => {
        authenticator.turnBack();
        return authenticator.assert(options);
      });
    });

    test('are registered once, verified, and by a confirmed session', async () => {
      const { accounts, named, register, origin } = await begin();
      const as = named(await accounts.signIn());
      const first = await register(as);
      expect((await register(as, first.authenticator)).made.json.code).toBe('unsuitable_state');
      const other = createAuthenticator(origin);
      const { ceremony, options } = (await as('POST', '/account/passkeys/options')).json;
      expect(options.excludeCredentials).toMatchObject([{ id: first.authenticator.id }]);
      for (const differing of [{ origin: 'https://evil.example' }, { flags: present | 0x40 }]) {
        const response = other.attest(options, differing);
        const answer = await as('POST', '/account/passkeys', { name: 'x', ceremony, response });
        expect(answer.json.code).toBe('unsuitable_value');
      }
      accounts.pass(11 * minuteMs);
      expect((await register(as, other)).made.json.code).toBe('confirmation_wanted');
    });

    test('confirm a session, one of the same account alone', async () => {
      const { accounts, named, register, ask } = await begin();
      await accounts.add('viola', 'viewer');
      const [ada, viola] = [named(await accounts.signIn()), named(await accounts.signIn('viola'))];
      const { authenticator } = await register(ada);
      accounts.pass(11 * minuteMs);
      const confirm = async (as: Client) => {
        const { ceremony, options } = await ask();
        return as('POST', '/session/confirm', { ceremony, response: authenticator.assert(options) });
      };
      expect((await confirm(viola)).json.code).toBe('sign_in_failed');
      expect((await confirm(ada)).status).toBe(200);
      const path = '/account/passkeys/1';
      expect((await viola('DELETE', path)).json.code).toBe('confirmation_wanted');
      expect((await ada('PATCH', path, { name: 'desk' })).status).toBe(204);
      expect((await ada('GET', '/account/passkeys')).json.items).toMatchObject([{ name: 'desk' }]);
      expect((await ada('DELETE', path)).status).toBe(204);
      expect((await ada('DELETE', path)).status).toBe(404);
    });

    test('keep a stolen password from enrolling a factor of its own', async () => {
      const { accounts, named, register } = await begin();
      const earlier = named(await accounts.signIn());
      await register(named(await accounts.signIn()));
      // Its password is fresh, and yet it began without the passkey.
      expect((await earlier('POST', '/account/totp')).json.code).toBe('confirmation_wanted');
      await accounts.setting('second_factor_required_for', 'admin');
      const answer = await accounts.nobody('POST', '/session', { name: 'ada', password });
      expect(answer).toMatchObject({ status: 401, json: { code: 'second_factor_wanted' } });
    });

    test('are not offered where no browser would make them', async () => {
      const { accounts } = await begin();
      const as = await accounts.signIn();
      const { json } = await as('GET', '/account/passkeys');
      expect(json.unavailable_because).toMatch(/https/);
      expect((await as('POST', '/account/passkeys/options')).json.code).toBe('unsuitable_state');
      expect((await accounts.nobody('POST', '/session/passkey/options')).json.code).toBe('unsuitable_state');
    });

    test('of this server sign nobody in who calls it by the name of a subdomain, as a hostile page there would', async () => {
      const { accounts, host, named, register, ask } = await begin();
      const { authenticator } = await register(named(await accounts.signIn()));
      const evil = `evil.${host}`;
      const { ceremony, options } = await ask();
      const response = authenticator.assert(options, { origin: `http://${evil}` });
      const body = { ceremony, response, kind: 'bearer' };
      const answer = await accounts.nobody('POST', '/session/passkey', body, { headers: { host: evil } });
      expect(answer.json.code).toBe('sign_in_failed');
    });
  });
});
