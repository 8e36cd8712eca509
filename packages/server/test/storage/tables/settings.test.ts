import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';

eachDatabase((open) => {
  it('puts, replaces and removes settings', async () => {
    const { storage, write } = await open();
    const setting = { name: 'app_name', value: 'Fleet', description: '', isSecret: false, isActive: true };
    const secret = {
      name: 'api_key',
      value: 'sealed',
      description: 'of the API',
      isSecret: true,
      isActive: false,
    };
    await write(async ({ settings }) => {
      await settings.put(setting);
      await settings.put(secret);
    });
    expect(await storage.tables.settings.list()).toEqual([secret, setting]);
    await write(({ settings }) => settings.put({ ...secret, value: 'sealed anew', isActive: true }));
    await write(({ settings }) => settings.remove('app_name'));
    expect(await storage.tables.settings.list()).toEqual([
      { ...secret, value: 'sealed anew', isActive: true },
    ]);
  });
});
