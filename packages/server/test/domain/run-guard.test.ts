import { describe, expect, test } from 'vitest';
import { isDeclined } from '../../src/domain/administration-refusal.ts';
import { eachDatabase } from '../databases.ts';
import { addHosts } from './silent-hosts.ts';
import { createFleet, start } from './small-fleet.ts';
import { asTester, tester } from './tester.ts';

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
