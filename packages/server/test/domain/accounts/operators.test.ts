import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { openAccounts } from './account-door.ts';

describe('accounts', () => {
  eachDatabase((open) => {
    test('are listed, shown and changed by admins; each change is noted', async () => {
      const accounts = await openAccounts(await open());
      const [web] = await accounts.fleet.administer(async ({ hostsGroups }) => [
        await hostsGroups.add('Web', true),
      ]);
      const as = await accounts.signIn();
      const { id } = (
        await as('POST', '/operators', { name: 'otto', role: 'operator', hosts_groups: [web?.id] })
      ).json;
      const shown = await as('GET', `/operators/${id}`);
      expect(shown.json).toEqual({
        id,
        name: 'otto',
        role: 'operator',
        hosts_groups: [web && { id: web.id, name: 'Web' }],
        is_active: true,
        created_at: expect.any(String),
        has_password: false,
        has_totp: false,
        passkeys: 0,
      });
      const version = String(shown.headers.etag);
      const change = (body: object, ifMatch = version) =>
        as('PATCH', `/operators/${id}`, body, { headers: { 'if-match': ifMatch } });
      const changed = await change({ name: 'Otto', role: 'viewer', hosts_groups: null });
      expect(changed).toMatchObject({
        status: 200,
        json: { name: 'Otto', role: 'viewer', hosts_groups: null },
      });
      expect(await change({ role: 'admin' })).toMatchObject({
        status: 412,
        json: { code: 'version_changed' },
      });
      expect((await change({ role: 'operator' }, String(changed.headers.etag))).status).toBe(200);
      expect((await as('GET', '/operators')).json.items.map(({ name }: { name: string }) => name)).toEqual([
        'ada',
        'Otto',
      ]);
      expect((await as('DELETE', `/operators/${id}`)).status).toBe(204);
      expect((await as('GET', `/operators/${id}`)).status).toBe(404);
      const list = await accounts.audit();
      const removed = list.find(({ action }) => action === 'operator.remove');
      const edited = list.find(({ subject }) => subject === 'operator otto');
      expect(removed).toMatchObject({ action: 'operator.remove', by: { name: 'ada' } });
      expect(edited).toMatchObject({
        action: 'operator.change',
        subject: 'operator otto',
        before: { name: 'otto', role: 'operator', hosts_groups: [web?.id] },
        after: { name: 'Otto', role: 'viewer', hosts_groups: null },
      });
    });

    test('have names that nobody can take for another', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const code = async (name: string) =>
        (await as('POST', '/operators', { name, role: 'viewer' })).json.code;
      expect(await code('ADA')).toBe('name_taken');
      expect(await code('ａｄａ')).toBe('name_taken');
      for (const name of [' ', ' ada', 'a\u200bda', 'a\u0007'])
        expect(await code(name)).toBe('unsuitable_name');
      expect(
        (await as('POST', '/operators', { name: 'x', role: 'viewer', hosts_groups: [99] })).json.code,
      ).toBe('unknown_hosts_group');
    });

    test('keep an admin who can sign in: the last one is neither removed, disabled, demoted nor narrowed', async () => {
      const accounts = await openAccounts(await open());
      const group = await accounts.fleet.administer(({ hostsGroups }) => hostsGroups.add('Web', true));
      const as = await accounts.signIn();
      // One who never chose a password is none.
      await as('POST', '/operators', { name: 'invited', role: 'admin' });
      const lessen = [{ role: 'operator' }, { is_active: false }, { hosts_groups: [group.id] }];
      for (const body of lessen) {
        expect((await as('PATCH', '/operators/1', body)).json.code).toBe('unsuitable_state');
      }
      expect((await as('DELETE', '/operators/1')).json.code).toBe('unsuitable_state');
      await accounts.add('grace', 'admin');
      expect((await as('PATCH', '/operators/1', { role: 'viewer' })).status).toBe(200);
      expect((await as('GET', '/operators')).json.code).toBe('not_allowed');
    });

    test('whose rights are narrowed have no business with accounts', async () => {
      const accounts = await openAccounts(await open());
      const group = await accounts.fleet.administer(({ hostsGroups }) => hostsGroups.add('Web', true));
      await accounts.add('nora', 'admin', [group.id]);
      const nora = await accounts.signIn('nora');
      expect((await nora('GET', '/operators')).json.code).toBe('not_allowed');
      expect((await nora('PATCH', '/operators/1', { role: 'viewer' })).json.code).toBe('not_allowed');
      expect((await nora('GET', '/api-tokens?all=true')).json.code).toBe('not_allowed');
    });

    test('lose sessions and tokens at once when they are disabled, and rights when they are narrowed', async () => {
      const accounts = await openAccounts(await open());
      const group = await accounts.fleet.administer(({ hostsGroups }) => hostsGroups.add('Web', true));
      const id = await accounts.add('otto', 'operator');
      const otto = await accounts.signIn('otto');
      const token = accounts.bearer((await otto('POST', '/api-tokens', { name: 'ci' })).json.token);
      const as = await accounts.signIn();
      await as('PATCH', `/operators/${id}`, { role: 'viewer', hosts_groups: [group.id] });
      for (const each of [otto, token]) {
        const me = (await each('GET', '/session')).json;
        expect(me).toMatchObject({ role: 'viewer', hosts_groups: [{ name: 'Web' }] });
      }
      await as('PATCH', `/operators/${id}`, { is_active: false });
      for (const each of [otto, token]) expect((await each('GET', '/session')).status).toBe(401);
      await as('PATCH', `/operators/${id}`, { is_active: true });
      // What ended stays ended.
      for (const each of [otto, token]) expect((await each('GET', '/session')).status).toBe(401);
      const again = await accounts.signIn('otto');
      expect((await as('DELETE', `/operators/${id}/sessions`)).json).toEqual({ ended: 1 });
      expect((await again('GET', '/session')).status).toBe(401);
    });
  });
});
