import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';

eachDatabase((open) => {
  it('raises the epoch with each change that a cache must see', async () => {
    const { storage, write } = await open();
    const before = await storage.tables.server.epoch();
    await write(async ({ server }) => {
      await server.bumpEpoch();
      await server.bumpEpoch();
    });
    expect(await storage.tables.server.epoch()).toBe(before + 2);
  });

  it('keeps the keys that were offered first', async () => {
    const { storage, write } = await open();
    const keys = (name: string) => ({
      serverId: `${name} id`,
      signingPublicPem: `${name} signing`,
      signingPrivateSealed: `${name} signing sealed`,
      recoveryPublicPem: `${name} recovery`,
      recoveryPrivateSealed: `${name} recovery sealed`,
    });
    await write(({ server }) => server.offerKeys(keys('first')));
    await write(({ server }) => server.offerKeys(keys('second')));
    expect(await storage.tables.server.read()).toMatchObject(keys('first'));
  });

  it('lists ticket keys newest first, and drops old ones', async () => {
    const { storage, write } = await open();
    await write(async ({ server }) => {
      for (const createdAt of [10, 30, 20])
        await server.addTicketKey({ id: `key ${createdAt}`, createdAt, sealed: 'sealed' });
      await server.removeTicketKeys(20);
    });
    const ids = (await storage.tables.server.ticketKeys()).map((key) => key.id);
    expect(ids).toEqual(['key 30', 'key 20']);
  });

  it('keeps the successions of its signing key in order, one for each key', async () => {
    const { storage, write } = await open();
    const succession = (previous: string, next: string) =>
      ({ previous_key: previous, next_key: next, at_ms: 5, by: 'signing', signature: 's' }) as const;
    await write(({ server }) => server.addSuccession(succession('a', 'b')));
    await write(({ server }) => server.addSuccession(succession('b', 'c')));
    expect(await storage.tables.server.successions()).toEqual([succession('a', 'b'), succession('b', 'c')]);
    await expect(write(({ server }) => server.addSuccession(succession('a', 'd')))).rejects.toThrow();
  });

  it('can be paused, and let on again', async () => {
    const { storage, write } = await open();
    expect((await storage.tables.server.read()).isPaused).toBe(false);
    await write(({ server }) => server.setPaused(true));
    expect((await storage.tables.server.read()).isPaused).toBe(true);
    await write(({ server }) => server.setPaused(false));
    expect((await storage.tables.server.read()).isPaused).toBe(false);
  });

  it('lets nobody change anything outside a decision', async () => {
    const { storage } = await open();
    await expect(storage.tables.server.bumpEpoch()).rejects.toThrow();
    expect(await storage.tables.server.epoch()).toBe(0);
  });
});
