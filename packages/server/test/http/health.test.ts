import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { openDoor } from './open-door.ts';

describe('health', () => {
  eachDatabase((open) => {
    test('/healthz says that the process is up, /readyz that its database answers', async () => {
      let isBroken = false;
      const { call } = await openDoor(await open(), {
        mind: ({ storage }) => {
          const epoch = () => (isBroken ? Promise.reject(new Error('gone')) : storage.tables.server.epoch());
          const tables = { ...storage.tables, server: { ...storage.tables.server, epoch } };
          return { storage: { ...storage, tables } };
        },
      });
      expect([(await call('/healthz')).status, (await call('/readyz')).status]).toEqual([200, 200]);
      isBroken = true;
      const { status, json } = await call('/readyz');
      expect([status, json]).toMatchObject([503, { detail: 'The database does not answer.' }]);
      expect((await call('/healthz')).json).toEqual({ status: 'OK' });
    });
  });
});
