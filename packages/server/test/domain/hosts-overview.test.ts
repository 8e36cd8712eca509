import { describe, expect, test } from 'vitest';
import { createHostsOverview } from '../../src/domain/hosts-overview.ts';
import type { Tables } from '../../src/domain/ports.ts';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { connectTo } from '../storage/raw-connection.ts';
import { addHosts } from './silent-hosts.ts';

const facts = (os: string) => JSON.stringify({ hostname: 'h', os, client_version: '1' });

/** An overview, and the ids of the hosts that it read for its last answer. */
async function begin(database: OpenDatabase, names: readonly string[]) {
  const hosts = await addHosts(database, ...names.map((name) => ({ name, facts: facts('linux') })));
  const { tables } = database.storage;
  let read: number[] = [];
  const watched: Tables['hosts'] = {
    ...tables.hosts,
    async inBrief(asked) {
      const found = await tables.hosts.inBrief(asked);
      read.push(...found.map(({ id }) => id));
      return found;
    },
  };
  const overview = createHostsOverview({ hosts: watched });
  return {
    ids: hosts.map(({ id }) => id),
    read: () => read,
    async look() {
      read = [];
      return overview.current();
    },
  };
}

describe('the hosts that are kept in memory', () => {
  eachDatabase((open, kind) => {
    test('are as another process changed them a moment ago, and in the order of their names', async () => {
      const database = await open();
      const { ids, look } = await begin(database, ['b', 'c', 'a']);
      expect((await look()).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
      const [first, second, third] = ids;
      await database.write((tables) => tables.hosts.change(first!, { name: 'z', state: 'disabled' }));
      expect(await look()).toMatchObject([{ name: 'a' }, { name: 'c' }, { name: 'z', state: 'disabled' }]);
      await database.write((tables) => tables.hosts.changeAll([second!, third!], { facts: facts('Darwin') }));
      await addHosts(database, { name: 'b', channelKey: 'key' });
      expect(await look()).toMatchObject([
        { name: 'a', os: 'Darwin' },
        { name: 'b', os: null, protocol: 'sealed' },
        { name: 'c', os: 'Darwin' },
        { name: 'z', os: 'linux', protocol: 'v1' },
      ]);
    });

    test('are gone with the removal, also where those that changed last are removed', async () => {
      const database = await open();
      const { ids, look } = await begin(database, ['a', 'b', 'c']);
      await look();
      const [first, second, third] = ids;
      await database.write(async (tables) => {
        await tables.hosts.change(third!, { name: 'd' });
        await tables.hosts.remove(third!);
        await tables.hosts.remove(second!);
      });
      expect((await look()).map(({ id }) => id)).toEqual([first]);
      await database.write((tables) => tables.hosts.change(first!, { name: 'x' }));
      expect((await look()).map(({ name }) => name)).toEqual(['x']);
    });

    test('are read again only where they changed: not for a visit, nor for another host', async () => {
      const database = await open();
      const { ids, look, read } = await begin(database, ['a', 'b', 'c', 'd', 'e']);
      await look();
      expect(read()).toHaveLength(5);
      // On PostgreSQL transactions of others, in whichever database, let what is new count as such for a moment.
      await expect.poll(async () => look().then(read)).toEqual([]);
      const visit = { usualIntervalMs: 1, address: null, clientAgent: null, clientVersion: null };
      await database.write((tables) =>
        tables.hosts.recordVisits(ids.map((hostId) => ({ hostId, at: 1, ...visit }))),
      );
      await look();
      expect(read()).toEqual([]);
      await database.write((tables) => tables.hosts.change(ids[2]!, { facts: facts('FreeBSD') }));
      await look();
      expect(read()).toEqual([ids[2]]);
    });

    test('are not mixed up where several ask at once', async () => {
      const database = await open();
      const { ids, look } = await begin(database, ['a', 'b']);
      const first = look();
      await database.write((tables) => tables.hosts.change(ids[0]!, { name: 'c' }));
      const others = await Promise.all([look(), look()]);
      for (const hosts of others) expect(hosts.map(({ name }) => name)).toEqual(['b', 'c']);
      expect(await first).toHaveLength(2);
    });

    test.runIf(kind === 'postgres')('are not read again and again where a dump brought them', async () => {
      const database = await open();
      const { ids, look, read } = await begin(database, ['a', 'b']);
      const past = await connectTo(database);
      const statement = "update hosts set changed = '9000000000000000000'";
      await past.run({ name: undefined, text: statement }, []);
      await look();
      await look();
      expect(read()).toEqual([]);
      await database.write((tables) => tables.hosts.change(ids[0]!, { name: 'c' }));
      expect((await look()).map(({ name }) => name)).toEqual(['b', 'c']);
      expect(read()).toEqual([ids[0]]);
    });

    test.runIf(kind === 'postgres')('are seen once they are committed, however long that took', async () => {
      const database = await open();
      const { ids, look } = await begin(database, ['a', 'b']);
      await look();
      const slow = await connectTo(database);
      await slow.run({ name: undefined, text: 'begin' }, []);
      await slow.run({ name: undefined, text: `update hosts set name = 'slow' where id = ${ids[0]}` }, []);
      await database.write((tables) => tables.hosts.change(ids[1]!, { name: 'quick' }));
      expect((await look()).map(({ name }) => name)).toEqual(['a', 'quick']);
      await database.write((tables) => tables.hosts.change(ids[1]!, { name: 'quicker' }));
      expect((await look()).map(({ name }) => name)).toEqual(['a', 'quicker']);
      await slow.run({ name: undefined, text: 'commit' }, []);
      expect((await look()).map(({ name }) => name)).toEqual(['quicker', 'slow']);
    });
  });
});
