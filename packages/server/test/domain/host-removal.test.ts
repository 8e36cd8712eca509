import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { addHosts } from './silent-hosts.ts';
import { createFleet, createMachine } from './small-fleet.ts';
import { asTester } from './tester.ts';

describe('removing hosts', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const remove = (hosts: string[], agreedHosts: number | null = null) =>
        database.storage.decide('removeHosts', { hosts, agreedHosts, now: 0, ...asTester });
      return { database, fleet, tables: database.storage.tables, remove };
    };

    test('a host without past runs goes at once', async () => {
      const { database, tables, remove } = await begin();
      await addHosts(database, {}, {});
      expect(await remove(['000001'])).toMatchObject({ removed: [{ id: 1 }] });
      expect((await tables.hosts.list()).map(({ id }) => id)).toEqual([2]);
    });

    test('a host with past runs goes only when the number of hosts is agreed to, and everything of it goes along', async () => {
      const { database, fleet, tables, remove } = await begin();
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      await addHosts(database, {});
      const id = await fleet.define();
      await machine.get(id);
      await machine.post(id, 'printed', '[]');
      expect(await remove(['1', '2'])).toMatchObject({
        declined: 'needs_yes',
        sentence: expect.stringMatching(
          /^These 2 hosts go for good, .* output of "000001"\. .*runs the commands of its groups anew\.$/,
        ),
        hosts: 2,
      });
      expect(await remove(['1', '2'], 1)).toMatchObject({ declined: 'needs_yes' });
      expect(await remove(['1', '2'], 3)).toMatchObject({ declined: 'needs_yes' });
      expect(await tables.hosts.list()).toHaveLength(2);
      expect(await remove(['1', '2'], 2)).toMatchObject({ removed: [{ id: 1 }, { id: 2 }] });
      expect(await tables.hosts.list()).toEqual([]);
      expect(await tables.runs.list({ limit: 10 })).toEqual([]);
      expect(await tables.outputs.chunks(1)).toEqual([]);
      expect(await machine.identify()).toMatchObject({ refused: 'invalid_token' });
    });

    test('one unknown host keeps all of them', async () => {
      const { database, tables, remove } = await begin();
      await addHosts(database, {});
      expect(await remove(['1', 'x'], 2)).toMatchObject({ declined: 'unknown_host' });
      expect(await tables.hosts.list()).toHaveLength(1);
    });
  });
});
