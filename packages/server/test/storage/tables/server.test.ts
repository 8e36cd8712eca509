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

  it('keeps the signing key that was offered first', async () => {
    const { storage, write } = await open();
    await write(({ server }) => server.offerSigningKey('first', 'sealed'));
    await write(({ server }) => server.offerSigningKey('second', 'sealed too'));
    expect(await storage.tables.server.read()).toMatchObject({
      signingPublicPem: 'first',
      signingPrivateSealed: 'sealed',
    });
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
