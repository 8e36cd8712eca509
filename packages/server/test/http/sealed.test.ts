import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { openSealedHost } from '../sealed-host.ts';
import { openDoor } from './open-door.ts';

describe('a session', () => {
  eachDatabase((open) => {
    test('a host registers, verifies, proves itself and asks who it is', async () => {
      const door = await openDoor(await open());
      const host = await openSealedHost(door.url);
      await host.enter(await door.addToken());
      expect(await host.tell({ type: 'host_status' })).toEqual([
        { type: 'host', answer: expect.objectContaining({ status: 'OK', user_name: '000001' }) },
      ]);
    });
  });
});
