import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addVerifiedHost } from '../sample-rows.ts';

eachDatabase((open) => {
  it('finds the host that a token belongs to', async () => {
    const { storage, write } = await open();
    const host = await write(async (tables) => {
      const added = await addVerifiedHost(tables);
      await tables.hostTokens.add(added.id, 'hash', 1);
      return added;
    });
    expect((await storage.tables.hosts.byTokenHash('hash'))?.id).toBe(host.id);
    expect(await storage.tables.hosts.byTokenHash('another')).toBeUndefined();
    expect(await storage.tables.hostTokens.byHash('hash')).toMatchObject({ hostId: host.id, usedAt: null });
    expect(await storage.tables.hostTokens.byHash('another')).toBeUndefined();
  });

  it('keeps the five newest of the unused ones, and the one in use', async () => {
    const { storage, write } = await open();
    await write(async (tables) => {
      const host = await addVerifiedHost(tables);
      const other = await addVerifiedHost(tables);
      await tables.hostTokens.add(other.id, 'of another host', 0);
      await tables.hostTokens.add(host.id, 'used', 0);
      const used = await tables.hostTokens.byHash('used');
      if (used) await tables.hostTokens.takeOver(used, 1);
      for (let index = 1; index <= 7; index += 1) await tables.hostTokens.add(host.id, `new-${index}`, index);
    });
    const names = ['used', 'of another host', ...Array.from({ length: 7 }, (_, i) => `new-${i + 1}`)];
    const found = await Promise.all(names.map((name) => storage.tables.hostTokens.byHash(name)));
    expect(names.filter((_, index) => found[index])).toEqual([
      'used',
      'of another host',
      'new-3',
      'new-4',
      'new-5',
      'new-6',
      'new-7',
    ]);
  });

  it('lets the token that is used take over from every other one of its host', async () => {
    const { storage, write } = await open();
    const hadOthers = await write(async (tables) => {
      const host = await addVerifiedHost(tables);
      const other = await addVerifiedHost(tables);
      await tables.hostTokens.add(other.id, 'of another host', 0);
      for (const hash of ['first', 'second', 'third']) await tables.hostTokens.add(host.id, hash, 0);
      const second = await tables.hostTokens.byHash('second');
      if (!second) return [];
      return [await tables.hostTokens.takeOver(second, 9), await tables.hostTokens.takeOver(second, 9)];
    });
    expect(hadOthers).toEqual([true, false]);
    const { hostTokens } = storage.tables;
    expect(await hostTokens.byHash('first')).toBeUndefined();
    expect(await hostTokens.byHash('third')).toBeUndefined();
    expect(await hostTokens.byHash('second')).toMatchObject({ usedAt: 9 });
    expect(await hostTokens.byHash('of another host')).toMatchObject({ usedAt: null });
  });
});
