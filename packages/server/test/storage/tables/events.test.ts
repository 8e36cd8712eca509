import { describe, expect, test } from 'vitest';
import type { EventPlace, StoredEvent, Tables } from '../../../src/domain/ports.ts';
import { eachDatabase } from '../../databases.ts';
import { connectTo } from '../raw-connection.ts';
import { addCommands, addVerifiedHost, sampleRun } from '../sample-rows.ts';
import { settledEvents } from '../settled-events.ts';

/** What an event says, without where and when. */
function said({ xid, number, at, ...event }: StoredEvent) {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null));
}

let wireNumber = 0;

async function addRun(tables: Tables, hostId: number, { state }: { state: 'queued' | 'delivered' }) {
  wireNumber += 1;
  const run = sampleRun(hostId, wireNumber, { state });
  return { ...run, number: await tables.runs.add(run) };
}

describe('events', () => {
  eachDatabase((open, kind) => {
    const begin = async () => {
      const database = await open();
      const { events } = database.storage.tables;
      let place: EventPlace | undefined = (await settledEvents(database)).at(-1);
      return {
        database,
        events,
        write: database.write,
        /** What has happened since it was last asked. */
        async happened() {
          const found = await settledEvents(database, place);
          place = found.at(-1) ?? place;
          return found.map(said);
        },
      };
    };

    test('tell of each state of a run, and of each part of its output', async () => {
      const { write, happened } = await begin();
      const { host, run } = await write(async (tables) => {
        const host = await addVerifiedHost(tables);
        return { host, run: await addRun(tables, host.id, { state: 'delivered' }) };
      });
      await happened();
      await write(async (tables) => {
        await tables.runs.change(run.number, { startedAt: 1 });
        await tables.runs.change(run.number, { state: 'succeeded', exitCode: 0 });
        await tables.runs.change(run.number, { state: 'succeeded' });
        await tables.outputs.addChunk(run.number, 'stderr', 3, Buffer.from('x'));
      });
      const ofRun = { jobId: run.jobId, hostId: host.id, runId: run.id };
      expect(await happened()).toEqual([
        { kind: 'run', ...ofRun, state: 'succeeded', formerState: 'delivered' },
        { kind: 'output', ...ofRun, stream: 'stderr', chunk: 3 },
      ]);
    });

    test('tell of a run that is there from the beginning, but not of one that is queued', async () => {
      const { write, happened } = await begin();
      const host = await write(addVerifiedHost);
      await happened();
      const add = (state: 'queued' | 'delivered') => write((tables) => addRun(tables, host.id, { state }));
      const queued = await add('queued');
      expect((await happened()).filter((event) => event.kind === 'run')).toEqual([]);
      const { jobId, id: runId } = await add('delivered');
      expect((await happened()).filter((event) => event.kind === 'run')).toEqual([
        { kind: 'run', jobId, hostId: host.id, runId, state: 'delivered' },
      ]);
      await write((tables) => tables.runs.change(queued.number, { state: 'cancelled' }));
      expect(await happened()).toMatchObject([
        { runId: queued.id, state: 'cancelled', formerState: 'queued' },
      ]);
    });

    test('tell of jobs, and of hosts with the groups that a removed one was in', async () => {
      const { write, happened } = await begin();
      const { host, group } = await write(async (tables) => {
        const host = await addVerifiedHost(tables);
        const group = await tables.hostsGroups.add('Web', true);
        await tables.hostsGroups.join(group.id, host.id);
        return { host, group };
      });
      const [added, ...others] = await happened();
      expect(added).toMatchObject({ kind: 'host', hostId: host.id, state: 'registered' });
      expect(others.at(-1)).toMatchObject({ hostId: host.id, state: 'verified', formerState: 'registered' });
      await write((tables) => tables.hosts.change(host.id, { name: 'web-1' }));
      await write((tables) => tables.hosts.change(host.id, { facts: '{}' }));
      await write((tables) => tables.hosts.remove(host.id));
      const ofHost = { kind: 'host', hostId: host.id, name: 'web-1', formerState: 'verified' };
      expect(await happened()).toEqual([
        { ...ofHost, state: 'verified' },
        { ...ofHost, hostsGroupIds: `[${group.id}]` },
      ]);
      await write((tables) => addCommands(tables, 1));
      expect(await happened()).toEqual([{ kind: 'job', jobId: expect.any(String), state: 'open' }]);
    });

    test('of a change that was undone tell nothing', async () => {
      const { write, happened } = await begin();
      const undone = write(async (tables: Tables) => {
        await addVerifiedHost(tables);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      await write(addVerifiedHost);
      const added = (await happened()).filter(({ formerState }) => formerState === undefined);
      expect(added).toHaveLength(1);
    });

    test('are forgotten from the oldest on, by age and by number, but for the last one', async () => {
      const { database, write, events } = await begin();
      for (let count = 0; count < 4; count += 1) await write(addVerifiedHost);
      const all = await settledEvents(database);
      const numbers = async () => (await settledEvents(database)).map(({ number }) => number);
      const last = all.map(({ number }) => number).slice(-3);
      const prune = async (bounds: { olderThan: number; most: number; limit: number }) => {
        await settledEvents(database);
        return write((tables) => tables.events.prune(bounds));
      };
      expect(await prune({ olderThan: 0, most: 1000, limit: 100 })).toBe(0);
      expect(await prune({ olderThan: 0, most: 3, limit: 2 })).toBe(2);
      expect(await events.oldest()).toMatchObject({ number: all[2]?.number });
      await prune({ olderThan: 0, most: 3, limit: 100 });
      expect(await numbers()).toEqual(last);
      await prune({ olderThan: Date.now() + 60_000, most: 1000, limit: 100 });
      expect(await numbers()).toEqual(last.slice(-1));
      await write((tables) => tables.events.startAnew());
      expect(await settledEvents(database)).toMatchObject([{ kind: 'begin' }]);
    });

    // SQLite has one writer at a time.
    if (kind === 'postgres')
      test('come in the order of commits: nothing appears before what was told already', async () => {
        const { database, events, happened } = await begin();
        const place = await events.newest();
        const told = () => events.after(place, 100);
        const [slow, quick] = [await connectTo(database), await connectTo(database)];
        const run = (connection: typeof slow, text: string) => connection.run({ name: undefined, text }, []);
        const add = (name: string) => `insert into events (kind, name) values ('host', '${name}')`;
        await run(slow, 'begin');
        await run(slow, add('first'));
        await run(quick, add('second'));
        await run(quick, add('third'));
        // Who has begun earlier may yet commit: until then nothing is told.
        expect(await told()).toEqual([]);
        await run(slow, add('fourth'));
        await run(slow, 'commit');
        const names = async () => (await happened()).map(({ name }) => name);
        expect(await names()).toEqual(['first', 'fourth', 'second', 'third']);
        await run(slow, 'begin');
        await run(slow, add('undone'));
        await run(quick, add('fifth'));
        expect(await told()).toHaveLength(4);
        await run(slow, 'rollback');
        expect(await names()).toEqual(['fifth']);
      });

    if (kind === 'postgres')
      test('begin for a reader where they are, also while somebody older than all of them is at work', async () => {
        const { database, events, write } = await begin();
        const slow = await connectTo(database);
        const run = (text: string) => slow.run({ name: undefined, text }, []);
        await run('begin');
        await run('select pg_current_xact_id()');
        await write((tables) => tables.events.startAnew());
        const place = await events.newest();
        expect(place).toEqual(await events.oldest());
        await write((tables) => addVerifiedHost(tables));
        await run('commit');
        const told = async () => (await events.after(place, 100)).map(({ kind: told }) => told);
        await expect.poll(told).toContain('host');
      });
  });
});
