import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunState } from '@remotes/protocol/values/run';
import { expect, onTestFinished, test } from 'vitest';
import type { Tables } from '../../../src/domain/ports.ts';
import type { Storage } from '../../../src/domain/storage.ts';
import { sqliteFile } from '../../../src/storage/open.ts';
import { openPostgresStorage } from '../../../src/storage/postgres.ts';
import { openSqliteStorage } from '../../../src/storage/sqlite.ts';
import { type EmptyDatabase, eachDatabase } from '../../databases.ts';
import { addVerifiedHost, sampleRun } from '../../storage/sample-rows.ts';
import { settledEvents } from '../../storage/settled-events.ts';
import { openDoor } from '../open-door.ts';
import { followEvents, type Told } from './event-reader.ts';
import { addOperator } from './sample-operators.ts';

type Move = { hostId: number; number: number; state: RunState };
const states = ['delivered', 'running', 'succeeded', 'interrupted'] as const;
const cutsWanted = 50;

/** A server that does nothing but move runs, each in a transaction of its own. */
async function openMover(database: EmptyDatabase) {
  const decisions = {
    move: async (tables: Tables, { number, state }: Move) => {
      await tables.runs.change(number, { state });
      // So that transactions of several servers overlap.
      for (let looks = randomInt(4); looks > 0; looks -= 1) await tables.runs.byNumber(number);
    },
  };
  const storage: Storage =
    database.databaseUrl === undefined
      ? await openSqliteStorage({ file: sqliteFile(database.dataFolder), decisions })
      : await openPostgresStorage(database.databaseUrl, decisions, { move: 'host' });
  onTestFinished(() => storage.close());
  // biome-ignore lint/suspicious/noExplicitAny: it has the one decision
  return (move: Move) => (storage.decide as any)('move', move) as Promise<void>;
}

eachDatabase((open) => {
  test('a reader that is cut off 50 times, by either of two servers, is told each event once and in order', async () => {
    const database = await open();
    const door = await openDoor(database);
    const other = await openDoor({ ...database, storage: await database.openAgain() });
    const { token } = await addOperator(database, door.fleet.mind.clock(), { name: 'vera', role: 'viewer' });
    const runs = await database.write(async (tables) => {
      const added: { hostId: number; number: number }[] = [];
      for (let wireNumber = 1; wireNumber <= 8; wireNumber += 1) {
        const { id: hostId } = await addVerifiedHost(tables);
        added.push({ hostId, number: await tables.runs.add(sampleRun(hostId, wireNumber)) });
      }
      return added;
    });
    const before = (await settledEvents(database)).at(-1);

    let cuts = 0;
    const lastIds: (string | undefined)[] = [undefined];
    const told: Told[] = [];
    const follow = async (isEnough: () => boolean) => {
      const { url } = randomInt(2) === 0 ? door : other;
      const lastId = lastIds.at(-1);
      const reader = await followEvents(`${url}/api/v2/events?kinds=run`, { token, lastId });
      for await (const one of reader.told) {
        expect(one.event).not.toBe('reset');
        lastIds.push(one.id);
        if (one.event === 'run') told.push(one);
        if (isEnough()) break;
      }
      reader.leave();
    };
    // Here it begins: what happened before is not told.
    await follow(() => true);

    const movers = [await openMover(database), await openMover(database)];
    const writers = runs.map(async (run, index) => {
      for (let step = index; cuts < cutsWanted; step += 1) {
        await movers[index % 2]?.({ ...run, state: states[step % 4] ?? 'failed' });
        await delay(randomInt(12));
      }
    });
    for (; cuts < cutsWanted; cuts += 1) {
      let left = randomInt(1, 12);
      await follow(() => --left <= 0);
    }
    await Promise.all(writers);

    const stored = await settledEvents(database, before);
    if (told.length < stored.length) await follow(() => told.length >= stored.length);
    expect(stored.length).toBeGreaterThan(100);
    const ids = told.map(({ id }) => id.split('-').slice(1).join('-'));
    expect(ids).toEqual(stored.map(({ xid, number }) => `${xid}-${number}`));
    expect(told.map(({ data }) => 'state' in data && data.state)).toEqual(stored.map(({ state }) => state));
    for (const { hostId } of runs) {
      const ofHost = told.flatMap(({ data }) =>
        data.kind === 'run' && data.host_id === hostId ? [data] : [],
      );
      // Each goes on from where the one before it ended.
      expect(ofHost.slice(1).map(({ former_state }) => former_state)).toEqual(
        ofHost.slice(0, -1).map(({ state }) => state),
      );
    }
  });
});
