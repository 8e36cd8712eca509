import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { dayMs, minuteMs, openAccounts } from './account-door.ts';
import { storedText } from './stored-text.ts';

const daySeconds = dayMs / 1000;

describe('API tokens', () => {
  eachDatabase((open) => {
    test('are shown once, rest as hashes, and say when they were used', async () => {
      const database = await open();
      const accounts = await openAccounts(database);
      const as = await accounts.signIn();
      const made = await as('POST', '/api-tokens', { name: 'ci' });
      expect(made.json.token).toMatch(/^rmt_api_[\w-]{43}$/);
      expect(Date.parse(made.json.expires_at)).toBe(accounts.fleet.mind.clock() + 90 * dayMs);
      const token = accounts.bearer(made.json.token);
      expect((await token('GET', '/session')).json).toMatchObject({
        name: 'ada',
        role: 'admin',
        session: null,
        api_token: { name: 'ci' },
      });
      const { mind } = accounts.fleet;
      await mind.storage.decide('recordCredentialUse', mind.credentialUse.take());
      const { items } = (await as('GET', '/api-tokens')).json;
      expect(items).toMatchObject([
        { name: 'ci', last_used_at: new Date(mind.clock()).toISOString(), last_address: '127.0.0.1' },
      ]);
      expect(await storedText(database)).not.toContain(made.json.token);
      expect((await accounts.audit())[1]).toMatchObject({
        action: 'api_token.create',
        after: { name: 'ci' },
      });
    });

    test('end by themselves, at most after 400 days, and at once when they are revoked', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const tooLong = { name: 'x', expires_in_seconds: 401 * daySeconds };
      expect((await as('POST', '/api-tokens', tooLong)).status).toBe(400);
      expect((await as('POST', '/api-tokens', { name: 'a\u0007' })).json.code).toBe('unsuitable_name');
      const make = async (seconds: number) => {
        const { json } = await as('POST', '/api-tokens', { name: 'x', expires_in_seconds: seconds });
        return { id: json.id as number, ask: () => accounts.bearer(json.token)('GET', '/session') };
      };
      const [short, long] = [await make(2), await make(daySeconds)];
      expect((await as('DELETE', `/api-tokens/${long.id}`)).status).toBe(204);
      expect((await as('DELETE', `/api-tokens/${long.id}`)).status).toBe(204);
      expect((await long.ask()).status).toBe(401);
      expect((await short.ask()).status).toBe(200);
      accounts.pass(2000);
      expect((await short.ask()).status).toBe(401);
    });

    test('are worth no more than whoever makes them, and no more than whoever made them is now', async () => {
      const accounts = await openAccounts(await open());
      const [web, db] = await accounts.fleet.administer(async ({ hostsGroups }) => [
        await hostsGroups.add('Web', true),
        await hostsGroups.add('Db', true),
      ]);
      const ids = [web?.id ?? 0, db?.id ?? 0];
      const id = await accounts.add('otto', 'operator', [ids[0] ?? 0]);
      const otto = await accounts.signIn('otto');
      const make = (body: object) => otto('POST', '/api-tokens', { name: 'x', ...body });
      expect((await make({ role: 'admin' })).json.code).toBe('not_allowed');
      expect((await make({ hosts_groups: [] })).json.detail).toBe('"hosts_groups" must not be empty.');
      expect((await make({ hosts_groups: ids })).json.code).toBe('unknown_hosts_group');
      const seen = async (token: string) => (await accounts.bearer(token)('GET', '/session')).json;
      const usual = (await make({})).json.token;
      expect(await seen(usual)).toMatchObject({ role: 'operator', hosts_groups: [{ name: 'Web' }] });
      // What he was given later is not what the token was made for.
      await accounts.fleet.administer(({ operators }) => operators.change(id, { hostsGroupIds: null }));
      expect(await seen(usual)).toMatchObject({ hosts_groups: [{ name: 'Web' }] });
      await accounts.fleet.administer(({ operators }) =>
        operators.change(id, { role: 'viewer', hostsGroupIds: [ids[1] ?? 0] }),
      );
      expect(await seen(usual)).toMatchObject({ role: 'viewer', hosts_groups: [] });
    });

    test('can neither make tokens, change the account, see its sessions nor let anything in', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const token = accounts.bearer((await as('POST', '/api-tokens', { name: 'ci' })).json.token);
      const waiting = (await accounts.nobody('POST', '/device-logins')).json;
      for (const [method, path, body] of [
        ['POST', '/api-tokens', { name: 'more' }],
        ['PUT', '/account/password', { password: 'nine blue kites drift past noon' }],
        ['POST', '/account/totp', undefined],
        ['DELETE', '/account/totp', undefined],
        ['GET', '/sessions', undefined],
        ['DELETE', '/sessions', undefined],
        ['DELETE', '/session', undefined],
        ['POST', '/session/confirm', { password: 'x' }],
        ['GET', '/account/passkeys', undefined],
        ['POST', `/device-logins/${waiting.user_code}/approve`, undefined],
        ['DELETE', '/operators/1', undefined],
      ] as const) {
        expect(await token(method, path, body), path).toMatchObject({
          status: 403,
          json: { code: 'not_allowed' },
        });
      }
      accounts.pass(11 * minuteMs);
      expect((await as('POST', '/api-tokens', { name: 'late' })).json.code).toBe('confirmation_wanted');
    });

    test('are their owners’ business, and every admin’s; a token reaches itself alone', async () => {
      const accounts = await openAccounts(await open());
      await accounts.add('viola', 'viewer');
      const [ada, viola] = [await accounts.signIn(), await accounts.signIn('viola')];
      const adas = (await ada('POST', '/api-tokens', { name: 'a' })).json;
      const violas = (await viola('POST', '/api-tokens', { name: 'v' })).json;
      const another = (await viola('POST', '/api-tokens', { name: 'w' })).json;
      const names = async (as: typeof ada, query = '') =>
        (await as('GET', `/api-tokens${query}`)).json.items.map(({ name }: { name: string }) => name);
      expect(await names(viola)).toEqual(['v', 'w']);
      expect(await names(ada)).toEqual(['a']);
      expect(await names(ada, '?all=true')).toEqual(['a', 'v', 'w']);
      expect((await viola('GET', '/api-tokens?all=true')).json.code).toBe('not_allowed');
      const page = (await ada('GET', '/api-tokens?all=true&limit=2')).json;
      expect(await names(ada, `?all=true&limit=2&cursor=${page.next}`)).toEqual(['w']);
      expect((await viola('DELETE', `/api-tokens/${adas.id}`)).status).toBe(404);
      const token = accounts.bearer(another.token);
      expect((await token('DELETE', `/api-tokens/${violas.id}`)).status).toBe(404);
      expect((await token('DELETE', `/api-tokens/${another.id}`)).status).toBe(204);
      expect((await ada('DELETE', `/api-tokens/${violas.id}`)).status).toBe(204);
      expect((await accounts.bearer(violas.token)('GET', '/session')).status).toBe(401);
    });

    test('tell nothing of groups that were taken from their owner', async () => {
      const accounts = await openAccounts(await open());
      const [web, mail] = await accounts.fleet.administer(async ({ hostsGroups }) => [
        await hostsGroups.add('Web', true),
        await hostsGroups.add('Mail', true),
      ]);
      const id = await accounts.add('otto', 'operator', [web!.id, mail!.id]);
      const otto = await accounts.signIn('otto');
      await otto('POST', '/api-tokens', { name: 'ci' });
      await accounts.fleet.administer(({ operators }) => operators.change(id, { hostsGroupIds: [web!.id] }));
      await accounts.fleet.administer(({ hostsGroups }) => hostsGroups.change(mail!.id, { name: 'Secret' }));
      const [token] = (await otto('GET', '/api-tokens')).json.items;
      expect(token.hosts_groups).toEqual([{ id: web!.id, name: 'Web' }]);
    });
  });
});
