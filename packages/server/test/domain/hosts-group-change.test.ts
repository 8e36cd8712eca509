import { describe, expect, test } from 'vitest';
import type { GroupingRequest } from '../../src/domain/hosts-group-change.ts';
import { eachDatabase } from '../databases.ts';
import { addHosts } from './silent-hosts.ts';
import { createFleet, createMachine, start } from './small-fleet.ts';
import { asTester } from './tester.ts';

describe('putting hosts into groups', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const { tables } = database.storage;
      const change = (
        deed: GroupingRequest['deed'],
        hostsGroup: string,
        hosts: readonly string[],
        agreedHosts: number | null = null,
      ) =>
        database.storage.decide('groupHosts', {
          deed,
          hostsGroup,
          hosts: [...hosts],
          agreedHosts,
          now: start,
          ...asTester,
        });
      return { database, fleet, tables, change };
    };

    test('a host that joins is given what is meant for the group; one that leaves, what is left is taken back', async () => {
      const { database, fleet, change } = await begin();
      await database.write((tables) => tables.hostsGroups.add('web', true));
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      const id = await fleet.define();
      expect(await machine.list()).toEqual([id]);
      expect(await change('ungroup', 'All hosts', ['1'])).toMatchObject({
        changed: [{ id: 1 }],
        willRunOn: 0,
      });
      expect(await machine.list()).toEqual([]);
      expect((await machine.known()).hostsGroups).toEqual([]);
      expect(await change('group', 'All hosts', ['1'])).toMatchObject({ changed: [{ id: 1 }], willRunOn: 1 });
      expect(await machine.list()).toEqual([id]);
      expect(await change('group', 'All hosts', ['1'])).toMatchObject({
        changed: [],
        unchanged: [{ id: 1 }],
      });
    });

    test('what a host has run once is not counted, and not run again', async () => {
      const { fleet, change } = await begin();
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      const id = await fleet.define();
      await machine.get(id);
      await machine.post(id, '', '[]');
      await change('ungroup', 'All hosts', ['1']);
      expect(await change('group', 'All hosts', ['1'])).toMatchObject({ willRunOn: 0 });
      expect(await machine.list()).toEqual([]);
    });

    test('an unknown group is refused with the names of those there are', async () => {
      const { database, tables, change } = await begin();
      await addHosts(database, { groups: ['db', 'All hosts'] });
      expect(await change('group', 'wbe', ['1'])).toEqual({
        declined: 'unknown_hosts_group',
        sentence:
          'There is no hosts group "wbe"; there are: "db", "All hosts". "remotes-server apply" makes one from a file that says hosts_groups: [{name: "wbe"}].',
      });
      expect(await tables.hostsGroups.list()).toHaveLength(2);
    });

    test('one unknown host keeps all of them out', async () => {
      const { database, tables, change } = await begin();
      await addHosts(database, { groups: ['web'] }, { groups: [] });
      expect(await change('group', 'web', ['2', '3'])).toMatchObject({
        declined: 'unknown_host',
        sentence: expect.stringContaining('There is no host "3"'),
      });
      expect(await tables.hostsGroups.ofHost(2)).toEqual([]);
    });

    test('commands that will run on many hosts want to be agreed to; hosts that are not verified do not count', async () => {
      const { database, fleet, tables, change } = await begin();
      await addHosts(database, { groups: ['All hosts'] });
      await fleet.define();
      const silent = { groups: [] };
      await addHosts(database, ...Array.from({ length: 11 }, () => silent), { ...silent, state: 'disabled' });
      const hosts = Array.from({ length: 12 }, (_, index) => String(index + 2));
      expect(await change('group', 'All hosts', hosts)).toMatchObject({
        declined: 'needs_yes',
        sentence: 'Commands will run on 11 hosts.',
      });
      expect(await tables.hostsGroups.memberIds(1)).toEqual([1]);
      expect(await change('group', 'All hosts', hosts, 11)).toMatchObject({ willRunOn: 11 });
      expect(await tables.hostsGroups.memberIds(1)).toHaveLength(13);
    });
  });
});
