import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { addHosts } from './silent-hosts.ts';
import { asTester } from './tester.ts';

describe('renaming a host', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const [one, other] = await addHosts(database, {}, {});
      const rename = (host: string, name: string, within: readonly number[] | null = null) =>
        database.storage.decide('renameHost', { host, name, now: 0, ...asTester, within });
      return { tables: database.storage.tables, uuid: one?.uuid ?? '', otherUuid: other?.uuid ?? '', rename };
    };

    test('it is found by its new name, its id and its uuid, no longer by its former name', async () => {
      const { tables, uuid, rename } = await begin();
      expect(await rename('000001', 'web 1 ✓')).toMatchObject({
        host: { id: 1, name: 'web 1 ✓' },
        formerName: '000001',
      });
      expect(await rename('web 1 ✓', 'web')).toMatchObject({ host: { id: 1 } });
      expect(await rename(uuid.toUpperCase(), 'www')).toMatchObject({ formerName: 'web' });
      // What it was called at first reads as its id.
      expect(await rename('000001', '000001')).toMatchObject({ formerName: 'www' });
      expect(await rename('web', 'x')).toMatchObject({ declined: 'unknown_host' });
      expect((await tables.hosts.byId(2))?.name).toBe('000002');
    });

    test('every cache learns of it', async () => {
      const { tables, rename } = await begin();
      const epoch = await tables.server.epoch();
      await rename('1', 'web');
      expect(await tables.server.epoch()).toBeGreaterThan(epoch);
    });

    test.each([
      ['', 'A host needs a name that is not empty.'],
      [' ', 'A host needs a name that is not empty.'],
      [' web', 'A name can neither begin nor end with a space.'],
      ['a\u001b[2Jb', 'A name cannot hold control or invisible characters.'],
      ['a\u202eb', 'A name cannot hold control or invisible characters.'],
      ['x'.repeat(101), 'A name has 100 characters at most.'],
      ['2', '"2" reads like the id of another host: choose a name that is not a number.'],
      ['77', '"77" reads like the id of another host: choose a name that is not a number.'],
      ['000002', '"000002" reads like the id of another host: choose a name that is not a number.'],
    ])('the name %j is refused', async (name, sentence) => {
      const { tables, rename } = await begin();
      expect(await rename('1', name)).toEqual({ declined: 'unsuitable_name', sentence });
      expect((await tables.hosts.byId(1))?.name).toBe('000001');
    });

    test('a name that another host has, or its uuid, is refused', async () => {
      const { otherUuid, rename } = await begin();
      await rename('2', 'web');
      expect(await rename('1', 'web')).toEqual({
        declined: 'unsuitable_name',
        sentence: 'Host 2 is called "web" already: choose another name.',
      });
      // Whose rights end before the other host is not told which one it is.
      expect(await rename('1', 'web', [1])).toEqual({
        declined: 'unsuitable_name',
        sentence: '"web" is taken: choose another name.',
      });
      expect(await rename('1', otherUuid)).toMatchObject({
        sentence: expect.stringContaining('reads like the uuid'),
      });
    });
  });
});
