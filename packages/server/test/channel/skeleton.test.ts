import { describe, expect, test } from 'vitest';
import { openChannelHost } from '../channel-host.ts';
import { eachDatabase } from '../databases.ts';
import { openChannelDoor } from './channel-door.ts';

eachDatabase((open) => {
  describe('skeleton', () => {
    test('pushes', async () => {
      const door = await openChannelDoor(await open());
      const keys = await door.enrol();
      const host = await openChannelHost(door.url, keys);
      await host.enter();
      expect(host.pushed).toEqual([]);
      await door.fleet.define();
      await door.mind.delivery.sweep();
      const [run] = await host.given('run');
      expect(run?.group).toBeGreaterThan(0);
    });
  });
});
