import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { openDoor } from '../open-door.ts';
import { type SampleDeeds, sampleCalls } from './sample-calls.ts';
import { addOperator, withBearer } from './sample-operators.ts';

describe('a request with an Idempotency-Key', () => {
  eachDatabase((open) => {
    const openBoxes = async (deeds: SampleDeeds = {}) => {
      let made = 0;
      const boxes_create = async ({ body }: { body: { name: string } }) => {
        made += 1;
        return { answer: { id: made, name: body.name, secret: 'rmt_api_made' }, location: `/boxes/${made}` };
      };
      const database = await open();
      const door = await openDoor(database, { apiCalls: sampleCalls({ boxes_create, ...deeds }) });
      const now = door.fleet.mind.clock();
      const anna = await addOperator(database, now, { name: 'anna', role: 'operator' });
      const bert = await addOperator(database, now, { name: 'bert', role: 'operator' });
      const create = async (name: string, key: string, token = anna.token) => {
        const headers = { ...withBearer(token), 'idempotency-key': key };
        const {
          status,
          text,
          headers: answered,
        } = await door.call('/api/v2/boxes', {
          body: { name },
          headers,
        });
        return { status, location: answered.location, ...JSON.parse(text) };
      };
      return { ...door, create, anna, bert, madeSoFar: () => made };
    };

    test('is carried out once, and answered alike however often it is sent', async () => {
      const { create, madeSoFar } = await openBoxes();
      const first = await create('a', 'k1');
      expect(first).toMatchObject({ status: 201, id: 1, location: '/boxes/1' });
      expect(await create('a', 'k1')).toEqual({ ...first, secret: null });
      expect(await create('a', 'k2')).toMatchObject({ status: 201, id: 2 });
      expect(madeSoFar()).toBe(2);
    });

    test('keeps the secret that was shown out of the database', async () => {
      const { create, database, anna } = await openBoxes();
      expect(await create('a', 'k1')).toMatchObject({ secret: 'rmt_api_made' });
      const tables = database.storage.tables;
      const hash = (await tables.apiTokens.list(anna.id, 0, 1))[0]?.id;
      const kept = await tables.idempotencyKeys.find(`token ${hash}`, 'k1');
      expect(kept?.answer).toContain('"id":1');
      expect(JSON.stringify(kept)).not.toContain('rmt_api_made');
    });

    test('is refused where its key stood on another one, but not for another operator', async () => {
      const { create, bert, madeSoFar } = await openBoxes();
      await create('a', 'k1');
      expect(await create('b', 'k1')).toMatchObject({ status: 409, code: 'key_reused' });
      expect(await create('b', 'k1', bert.token)).toMatchObject({ status: 201, id: 2 });
      expect(madeSoFar()).toBe(2);
    });

    test('is answered anew to nobody whose rights were narrowed since, and not done again', async () => {
      const { create, anna, fleet, madeSoFar } = await openBoxes();
      await create('a', 'k1');
      await fleet.administer(({ operators }) => operators.change(anna.id, { hostsGroupIds: [1] }));
      const again = await create('a', 'k1');
      expect(again).toMatchObject({ status: 409, code: 'key_reused' });
      expect(again).not.toHaveProperty('name');
      expect(madeSoFar()).toBe(1);
    });

    test('may be sent again with its key after it was refused', async () => {
      const { create } = await openBoxes();
      expect(await create('', 'k1')).toMatchObject({ status: 400 });
      expect(await create('a', 'k1')).toMatchObject({ status: 201 });
    });

    test('is not begun twice while the first is under way', async () => {
      const { promise, resolve } = Promise.withResolvers<{ answer: object }>();
      let begun = 0;
      const boxes_create = () => {
        begun += 1;
        return promise;
      };
      const { create } = await openBoxes({ boxes_create });
      const first = create('a', 'k1');
      await expect.poll(() => begun).toBe(1);
      expect(await create('a', 'k1')).toMatchObject({ status: 409, code: 'key_in_use' });
      resolve({ answer: { id: 5, name: 'a', secret: null } });
      expect(await first).toMatchObject({ status: 201, id: 5 });
      expect(await create('a', 'k1')).toMatchObject({ status: 201, id: 5 });
      expect(begun).toBe(1);
    });

    test('whose server broke off is not carried out again: nobody knows, it is said', async () => {
      let begun = 0;
      const boxes_create = async () => {
        begun += 1;
        throw new Error('broke off');
      };
      const { create, fleet } = await openBoxes({ boxes_create });
      expect(await create('a', 'k1')).toMatchObject({ status: 500 });
      fleet.pass(61_000);
      expect(await create('a', 'k1')).toMatchObject({ status: 409, code: 'outcome_unknown' });
      expect(begun).toBe(1);
    });

    test('is remembered for a day', async () => {
      const { create, fleet, database, madeSoFar } = await openBoxes();
      await create('a', 'k1');
      await database.storage.decide('pruneIdempotencyKeys', { olderThan: fleet.mind.clock() });
      await create('a', 'k1');
      expect(madeSoFar()).toBe(1);
      await database.storage.decide('pruneIdempotencyKeys', { olderThan: fleet.mind.clock() + 1 });
      await create('a', 'k1');
      expect(madeSoFar()).toBe(2);
    });
  });
});
