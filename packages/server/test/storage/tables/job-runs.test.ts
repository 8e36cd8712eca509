import { RunState } from '@remotes/protocol/values/run';
import { describe, expect, test } from 'vitest';
import type { Tables } from '../../../src/domain/ports.ts';
import { eachDatabase, type OpenDatabase } from '../../databases.ts';
import { connectTo } from '../raw-connection.ts';
import { sampleHost, sampleRun } from '../sample-rows.ts';

const wireNumber = 7;
const otherWireNumber = 8;
const states = ['succeeded', 'failed', 'interrupted', 'delivered'] as const;

async function addRuns(tables: Tables, hosts: number) {
  const runs: { number: number; hostId: number }[] = [];
  for (let count = 0; count < hosts; count += 1) {
    const { id: hostId } = await tables.hosts.add(sampleHost());
    const number = await tables.runs.add(sampleRun(hostId, wireNumber, { state: 'delivered' }));
    await tables.runs.add(sampleRun(hostId, otherWireNumber, { state: 'running' }));
    runs.push({ number, hostId });
  }
  return runs;
}

/** What the rows themselves say. */
async function counted(database: OpenDatabase) {
  const connection = await connectTo(database);
  const rows = await connection.all<{ state: RunState; outcome: string | null; runs: number; host: number }>(
    {
      name: undefined,
      text: `select state, outcome_hash as outcome, count(*) as runs, min(host_id) as host from runs
        where wire_number = ${wireNumber} group by state, outcome_hash`,
    },
    [],
  );
  const counts = Object.fromEntries(RunState.enum.map((state) => [state, 0]));
  for (const { state, runs } of rows) counts[state]! += runs;
  const ended = rows.filter(({ state }) => state !== 'delivered');
  const outcomes = ended
    .map(({ state, outcome, runs, host }) => ({ state, outcome, runs, sampleHostId: host }))
    .sort((one, other) => other.runs - one.runs || one.sampleHostId - other.sampleHostId);
  return { counts, outcomes };
}

async function expectExact(database: OpenDatabase) {
  const { jobRuns } = database.storage.tables;
  const { counts, outcomes } = await counted(database);
  expect(await jobRuns.counts(wireNumber, null)).toEqual(counts);
  const told = await jobRuns.outcomes(wireNumber, null, 100);
  expect(told.rows).toEqual(outcomes);
  expect(told.groups).toBe(outcomes.length);
  expect(told.runs).toBe(outcomes.reduce((sum, { runs }) => sum + runs, 0));
}

describe('the counts of a job', () => {
  eachDatabase((open, kind) => {
    test('are those of its runs after every move, summed up or not', async () => {
      const database = await open();
      const { storage, write } = database;
      const runs = await write((tables) => addRuns(tables, 12));
      await expectExact(database);
      for (let step = 0; step < 30; step += 1) {
        const run = runs[(step * 5) % runs.length]!;
        const outcome = step % 4 === 0 ? null : `outcome ${step % 3}`;
        await write((tables) =>
          tables.runs.change(run.number, { state: states[(step * 7) % states.length]!, outcome }),
        );
        if (step % 10 === 3) await storage.decide('foldRunMoves', null);
        if (step % 3 === 0) await expectExact(database);
      }
      await write((tables) => tables.hosts.remove(runs[0]!.hostId));
      await expectExact(database);
      await storage.decide('foldRunMoves', null);
      await expectExact(database);
    });

    test('leave out what was undone', async () => {
      const database = await open();
      const [run] = await database.write((tables) => addRuns(tables, 3));
      const undone = database.write(async (tables) => {
        await tables.runs.change(run!.number, { state: 'failed' });
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      await expectExact(database);
    });

    test.runIf(kind === 'postgres')('stay exact while two servers sum up and results come in', async () => {
      const database = await open();
      const runs = await database.write((tables) => addRuns(tables, 10));
      const other = await database.openAgain();
      const coming = runs.map(({ number }, index) =>
        database.write((tables) =>
          tables.runs.change(number, { state: 'succeeded', outcome: `outcome ${index % 2}` }),
        ),
      );
      const summing = [database.storage, other, database.storage, other].map((each) =>
        each.decide('foldRunMoves', null),
      );
      await Promise.all([...coming, ...summing]);
      await expectExact(database);
      await other.decide('foldRunMoves', null);
      expect(await other.tables.jobRuns.hasMoves()).toBe(false);
      await expectExact(database);
    });
  });
});
