import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { openFleetDoor } from './fleet-door.ts';

describe('hosts groups over the API', () => {
  eachDatabase((open) => {
    test('are made, renamed, listed with how many hosts they have, and removed when nothing is meant for them', async () => {
      const database = await open();
      const { admin, fleet, noted } = await openFleetDoor(database);
      await addHosts(database, { groups: ['All hosts', 'web'] }, {});
      const made = await admin('hosts_groups_create', { body: { name: 'db' } });
      expect(made.json.hosts_group).toEqual({ id: 3, name: 'db', is_active: true, hosts: 0 });
      expect((await admin('hosts_groups_create', { body: { name: 'db' } })).json.code).toBe('name_taken');
      const params = { id: 3 };
      const renamed = await admin('hosts_groups_change', {
        params,
        body: { name: 'data', is_active: false },
        ifMatch: made.version!,
      });
      expect(renamed.json.hosts_group).toMatchObject({ id: 3, name: 'data', is_active: false });
      const stale = { params, body: { name: 'd' }, ifMatch: made.version! };
      expect((await admin('hosts_groups_change', stale)).json.code).toBe('version_changed');
      const { json } = await admin('hosts_groups_list');
      expect(json.items.map(({ name, hosts }: { name: string; hosts: number }) => [name, hosts])).toEqual([
        ['All hosts', 2],
        ['data', 0],
        ['web', 1],
      ]);
      expect((await admin('hosts_groups_remove', { params })).status).toBe(200);
      expect((await admin('hosts_groups_show', { params })).status).toBe(404);
      const joined = await admin('hosts_groups_remove', { params: { id: 1 } });
      expect(joined.json.detail).toContain('New hosts join');
      await fleet.define();
      const used = await admin('hosts_groups_remove', { params: { id: 1 } });
      expect(used.json.detail).toContain('still used by commands groups');
      expect((await noted()).map(({ action, subject }) => [action, subject])).toEqual([
        ['hosts_group.create', 'hosts group 3'],
        ['hosts_group.change', 'hosts group 3'],
        ['hosts_group.remove', 'hosts group 3'],
      ]);
    });

    test('hosts that join are counted before they run anything; many that leave by a filter want to be agreed to', async () => {
      const database = await open();
      const { admin, fleet, tables, noted } = await openFleetDoor(database);
      await addHosts(database, ...Array.from({ length: 12 }, () => ({ groups: ['web'] })));
      await fleet.define();
      const [, all] = await tables.hostsGroups.list();
      const params = { id: all!.id };
      const add = (more: object) =>
        admin('hosts_groups_add_hosts', { params, body: { where: 'group=web', ...more } });
      expect((await add({ dry_run: true })).json).toMatchObject({ will_run_on_hosts: 12, is_dry_run: true });
      expect((await add({})).json).toMatchObject({ code: 'needs_yes', hosts: 12 });
      expect((await tables.hostsGroups.memberIds(all!.id)).length).toBe(0);
      expect((await add({ yes: 12 })).json.changed).toHaveLength(12);
      const leave = (more: object) =>
        admin('hosts_groups_remove_hosts', { params, body: { hosts_groups: [1], ...more } });
      expect((await leave({})).json).toMatchObject({ code: 'needs_yes', hosts: 12 });
      expect((await leave({ yes: 12 })).json.changed).toHaveLength(12);
      expect(await tables.pending.ofHost(1)).toEqual([]);
      expect((await noted()).map(({ action }) => action)).toEqual([
        'hosts_group.add_hosts',
        'hosts_group.remove_hosts',
      ]);
    });
  });
});
