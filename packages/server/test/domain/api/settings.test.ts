import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { openFleetDoor } from './fleet-door.ts';

describe('settings over the API', () => {
  eachDatabase((open) => {
    test('a secret is written and never read, and the audit knows it by a keyed hash', async () => {
      const database = await open();
      const { admin, tables, noted } = await openFleetDoor(database);
      const set = (body: object, ifMatch?: string) =>
        admin('settings_set', { params: { name: 'password' }, body, ...(ifMatch && { ifMatch }) });
      const made = await set({ value: 'hunter2-hunter2', is_secret: true, description: 'of the door' });
      expect(made.json).toMatchObject({ value: null, is_secret: true, description: 'of the door' });
      const same = await set({ value: 'hunter2-hunter2' }, made.version);
      expect(same.version).toBe(made.version);
      const other = await set({ value: 'another secret' });
      expect(other.version).not.toBe(made.version);
      expect((await set({ value: 'third secret' }, made.version)).json.code).toBe('version_changed');
      expect((await set({ is_secret: false })).json.code).toBe('unsuitable_value');
      expect((await set({ description: '' })).json).toMatchObject({ is_secret: true, description: '' });
      const notes = await noted();
      expect(notes.map(({ action }) => action)).toEqual([
        'setting.create',
        'setting.change',
        'setting.change',
      ]);
      const digestIn = (said: unknown) => (said as { value_digest?: string }).value_digest;
      const [first, second] = notes.map(({ after }) => digestIn(after));
      expect(first).toMatch(/^[\w-]{43}$/);
      expect(second).not.toBe(first);
      expect(digestIn(notes[1]?.before)).toBe(first);
      const stored = JSON.stringify([notes, await tables.settings.list(), made.text, other.text]);
      expect(stored).not.toMatch(/hunter2|another secret/);
    });

    test('what cannot be is refused', async () => {
      const { admin } = await openFleetDoor(await open());
      const refused = async (name: string, body: object) =>
        (await admin('settings_set', { params: { name }, body })).json.code;
      expect(await refused('server_url', { value: 'nowhere' })).toBe('unsuitable_value');
      const secret = { value: 'https://x.example/', is_secret: true };
      expect(await refused('server_url', secret)).toBe('unsuitable_value');
      expect(await refused('fresh', { description: 'no value' })).toBe('unsuitable_value');
      expect(await refused('fresh', { is_secret: true })).toBe('unsuitable_value');
      expect(await refused('fresh', { value: 'a\u0000b' })).toBe('invalid_request');
    });

    test('who must have a second factor is known by roles that there are, and is forgotten by no prune', async () => {
      const { admin } = await openFleetDoor(await open());
      const params = { name: 'second_factor_required_for' };
      const set = (value: string) => admin('settings_set', { params, body: { value } });
      for (const value of ['admins', 'bogus admin,', 'admin;operator']) {
        const { json } = await set(value);
        expect([json.code, json.detail]).toEqual([
          'unsuitable_value',
          '"second_factor_required_for" must name roles: viewer, operator or admin, with spaces or commas between them.',
        ]);
      }
      expect((await set('Viewer, operator')).json).toMatchObject({ is_steering: true });
      const body = { file: 'settings: []\n', prune: true };
      expect((await admin('fleet_apply', { body })).json.status).toBe('unchanged');
      expect((await admin('settings_show', { params })).json.value).toBe('Viewer, operator');
      expect((await set('')).status).toBe(200);
    });

    test('what a command is handed stays; what nobody uses goes', async () => {
      const database = await open();
      const { admin, fleet } = await openFleetDoor(database);
      for (const name of ['used', 'unused']) {
        await admin('settings_set', { params: { name }, body: { value: name } });
      }
      await fleet.define({ name: 'reader', settings: ['used'] });
      const used = await admin('settings_remove', { params: { name: 'used' } });
      expect(used.json).toMatchObject({ code: 'unsuitable_state' });
      expect(used.json.detail).toContain('"reader"');
      expect((await admin('settings_remove', { params: { name: 'unused' } })).status).toBe(204);
      expect((await admin('settings_show', { params: { name: 'unused' } })).status).toBe(404);
    });

    test('to an account whose rights are narrowed those alone exist that its commands are handed', async () => {
      const database = await open();
      const { admin, fleet, as } = await openFleetDoor(database);
      for (const name of ['ours', 'theirs']) {
        await admin('settings_set', { params: { name }, body: { value: name } });
      }
      await addHosts(database, { groups: ['All hosts', 'web'] });
      await fleet.define({ settings: ['ours'] });
      const vera = await as('vera', 'viewer', [1]);
      const names = (await vera('settings_list')).json.items.map(({ name }: { name: string }) => name);
      expect(names).toEqual(['ours']);
      expect((await vera('settings_show', { params: { name: 'theirs' } })).status).toBe(404);
      expect((await vera('settings_show', { params: { name: 'ours' } })).json.value).toBe('ours');
      const other = await as('otto', 'viewer', [2]);
      expect((await other('settings_list')).json.items).toEqual([]);
    });
  });
});
