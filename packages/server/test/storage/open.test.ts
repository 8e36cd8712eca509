import { expect, it } from 'vitest';
import { eachDatabase } from '../databases.ts';

eachDatabase((open) => {
  it('starts with a store id that a second opening finds again', async () => {
    const { storage, openAgain } = await open();
    const { storeId } = await storage.tables.server.read();
    expect(storeId).toMatch(/^[0-9a-f-]{36}$/);
    const again = await openAgain('server');
    expect((await again.tables.server.read()).storeId).toBe(storeId);
  });
});
