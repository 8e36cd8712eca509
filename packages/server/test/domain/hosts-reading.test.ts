import { describe, expect, test } from 'vitest';
import { readHosts } from '../../src/domain/hosts-reading.ts';
import { eachDatabase } from '../databases.ts';
import { addHosts } from './silent-hosts.ts';
import { createFleet, createMachine, start } from './small-fleet.ts';

const minuteMs = 60_000;

describe('reading hosts', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      return { database, fleet: await createFleet(database), tables: database.storage.tables };
    };

    test('each comes with its groups, by name', async () => {
      const { database, tables } = await begin();
      await addHosts(database, { groups: ['web', 'db'] }, { groups: [] });
      const readings = await readHosts(tables, start);
      expect(readings.map(({ host, hostsGroups }) => [host.id, hostsGroups])).toEqual([
        [1, ['db', 'web']],
        [2, []],
      ]);
    });

    test('a host is away when it has been silent for three times its usual interval', async () => {
      const { database, tables } = await begin();
      await addHosts(database, {}, {}, {}, { state: 'disabled' });
      const visit = { at: start, address: '10.0.0.1', clientAgent: null, clientVersion: null };
      await database.write((all) =>
        all.hosts.recordVisits([
          { ...visit, hostId: 1, usualIntervalMs: minuteMs },
          { ...visit, hostId: 2, usualIntervalMs: 10 * minuteMs },
          { ...visit, hostId: 3, usualIntervalMs: null },
          { ...visit, hostId: 4, usualIntervalMs: minuteMs },
        ]),
      );
      const away = async (afterMs: number) =>
        (await readHosts(tables, start + afterMs)).flatMap(({ host, isAway }) => (isAway ? [host.id] : []));
      expect(await away(3 * minuteMs)).toEqual([]);
      // Visits are written in batches: what the database knows may be a little old.
      expect(await away(4 * minuteMs)).toEqual([1]);
      expect(await away(40 * minuteMs)).toEqual([1, 2]);
    });

    test('commands for other interpreters are named with the reason why they are not offered', async () => {
      const { database, fleet, tables } = await begin();
      await addHosts(database, {}, { groups: [] }, { state: 'disabled' });
      await fleet.define({ name: 'a', interpreter: 'node' });
      await fleet.define({ name: 'b', interpreter: 'node' });
      await fleet.define({ name: 'c', interpreter: 'powershell' });
      await fleet.define({ name: 'off', interpreter: 'node', isActive: false });
      await fleet.define({ name: 'runs', interpreter: 'bash' });
      const [first, ...others] = await readHosts(tables, start);
      expect(
        first?.notOffered.map(({ commands, reason }) => [commands.map(({ name }) => name), reason]),
      ).toEqual([
        [['a', 'b'], "node needs Remotes' own protocol"],
        [['c'], "powershell needs Remotes' own protocol"],
      ]);
      await database.write((all) => all.hosts.change(1, { channelKey: 'proved' }));
      expect((await readHosts(tables, start))[0]?.notOffered).toEqual([]);
      expect(others.map(({ notOffered }) => notOffered)).toEqual([[], []]);
    });

    test('commands that wait behind a failure are named with the run that failed', async () => {
      const { fleet, tables } = await begin();
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      const group = { name: 'set up', stopOnFailure: true };
      const first = await fleet.define({ name: 'first', position: 1 }, group);
      await fleet.define({ name: 'second', position: 2 }, group);
      await fleet.define({ name: 'elsewhere' });
      expect((await readHosts(tables, start))[0]?.notOffered).toEqual([]);
      await machine.get(first);
      await machine.post(first, '', 'it broke');
      const [reading] = await readHosts(tables, start);
      expect(reading?.notOffered).toMatchObject([
        { commands: [{ name: 'second' }], reason: '"set up" stops on failure, and run 1 has not succeeded' },
      ]);
    });
  });
});
