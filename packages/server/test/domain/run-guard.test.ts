import { describe, expect, test } from 'vitest';
import { isDeclined } from '../../src/domain/administration-refusal.ts';
import { eachDatabase } from '../databases.ts';
import { ask } from './jobs/dispatching.ts';
import { addHosts } from './silent-hosts.ts';
import { createFleet, start } from './small-fleet.ts';
import { asTester, tester } from './tester.ts';

describe('a number of hosts that was agreed to', () => {
  eachDatabase((open) => {
    test('must be the very one, also where none is wanted', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      await addHosts(database, { name: 'web1' }, { name: 'web2' });
      await fleet.define();
      const { decide } = database.storage;
      const run = (agreedHosts: number) => decide('dispatchJob', ask({ agreedHosts }));
      expect(await run(3)).toMatchObject({
        declined: 'needs_yes',
        sentence: 'Commands will run on 2 hosts, and 3 were agreed to.',
        hosts: 2,
      });
      const change = (deed: 'disable' | 'enable', agreedHosts: number) =>
        decide('changeHostsStanding', { hosts: ['web1'], deed, agreedHosts, now: start, ...asTester });
      for (const deed of ['disable', 'enable'] as const) {
        expect(await change(deed, 2)).toMatchObject({ declined: 'needs_yes', hosts: 1 });
        expect(await change(deed, 1)).toMatchObject({ changed: [{ name: 'web1' }] });
      }
      const remove = (agreedHosts: number) =>
        decide('removeHosts', { hosts: ['web1'], agreedHosts, now: start, ...asTester });
      expect(await remove(2)).toMatchObject({ sentence: '1 host will be forgotten, and 2 were agreed to.' });
      expect(await run(2)).toHaveProperty('id');
    });
  });
});

describe('a change that makes a command for another interpreter run', () => {
  eachDatabase((open) => {
    /** Of three hosts in `All hosts` one has proved its channel key, and may be given what is written for Node. */
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const hosts = await addHosts(
        database,
        { name: 'v1' },
        { name: 'sealed' },
        { name: 'sealed, outside', groups: [] },
      );
      await fleet.administer(async (tables) => {
        const value = { description: '', isSecret: false, isActive: true };
        await tables.settings.put({ name: 'confirm_above_hosts', value: '0', ...value });
        for (const host of hosts.slice(1))
          await tables.hosts.change(host.id, { channelKey: `key of ${host.name}` });
      });
      return { database, fleet, decide: database.storage.decide };
    };

    test('wants agreement for the hosts that can be given it, when offering is resumed', async () => {
      const { fleet, decide } = await begin();
      await fleet.define({ interpreter: 'node' });
      await decide('pauseOffering', { storeId: null, now: start, by: tester });
      const refused = await decide('resumeOffering', { agreedHosts: null, now: start, by: tester });
      expect(refused).toMatchObject({ declined: 'needs_yes', hosts: 1 });
      await fleet.define({ interpreter: 'bash' });
      expect(await decide('resumeOffering', { agreedHosts: 1, now: start, by: tester })).toMatchObject({
        hosts: 2,
      });
      expect(await decide('resumeOffering', { agreedHosts: 2, now: start, by: tester })).toMatchObject({
        willRunOn: 2,
      });
    });

    test('wants it when such a host is enabled, and not for a v1 host', async () => {
      const { fleet, decide } = await begin();
      await fleet.define({ interpreter: 'node' });
      const change = (deed: 'disable' | 'enable', host: string) =>
        decide('changeHostsStanding', { hosts: [host], deed, agreedHosts: null, now: start, ...asTester });
      for (const host of ['v1', 'sealed']) expect(isDeclined(await change('disable', host))).toBe(false);
      expect(await change('enable', 'v1')).toMatchObject({ willRunOn: 0 });
      expect(await change('enable', 'sealed')).toMatchObject({ declined: 'needs_yes', hosts: 1 });
    });

    test('wants it when such a host joins the group', async () => {
      const { fleet, decide } = await begin();
      await fleet.define({ interpreter: 'powershell' });
      const request = {
        hostsGroup: 'All hosts',
        deed: 'group',
        agreedHosts: null,
        now: start,
        ...asTester,
      } as const;
      const refused = await decide('groupHosts', { ...request, hosts: ['sealed, outside'] });
      expect(refused).toMatchObject({ declined: 'needs_yes', hosts: 1 });
    });
  });
});
