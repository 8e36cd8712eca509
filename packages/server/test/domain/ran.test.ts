import { randomUUID } from 'node:crypto';
import type { PastRun } from '@remotes/protocol/messages/ran';
import { describe, expect, test } from 'vitest';
import { becomeAnotherStore } from '../../src/domain/restored-store.ts';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { connectTo } from '../storage/raw-connection.ts';
import { createSealedMachine } from './sealed-machine.ts';
import { createFleet } from './small-fleet.ts';

describe('the past that a host tells', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      const { tables } = database.storage;
      /** What a restore does to the database that it puts in place. */
      const restore = () => {
        const now = fleet.mind.clock();
        return fleet.administer((all) => becomeAnotherStore(all, { storeId: randomUUID(), now }));
      };
      const tell = async (runs: PastRun[], isLast = true) => {
        const answers = await machine.say({ type: 'ran', runs, is_last: isLast });
        return Array.isArray(answers) ? answers[0] : answers;
      };
      const past = async (wireNumber: number, differing: Partial<PastRun> = {}): Promise<PastRun> => ({
        run: randomUUID(),
        job: (await tables.commands.list()).find(({ id }) => id === wireNumber)?.jobId ?? randomUUID(),
        attempt: 1,
        wire_number: wireNumber,
        revision: 1,
        name: 'greet',
        state: 'succeeded',
        exit_code: 0,
        finished_at_ms: 5_000,
        ...differing,
      });
      return { database, fleet, machine, tables, restore, tell, past };
    };

    test('is wanted after a restore, and nothing is given before it was told to its end', async () => {
      const { fleet, machine, restore, tell, past } = await begin();
      const [known, news] = [await fleet.define(), await fleet.define()];
      expect((await machine.hello()).wants_past).toBe(false);
      await restore();
      expect((await machine.hello()).wants_past).toBe(true);
      expect(await machine.say({ type: 'claim', limit: 8 })).toMatchObject({ refused: 'past_wanted' });
      expect(await tell([await past(known)], false)).toEqual({ type: 'recalled', learnt: 1 });
      expect((await machine.hello()).wants_past).toBe(true);
      expect(await machine.say({ type: 'claim', limit: 8 })).toMatchObject({ refused: 'past_wanted' });
      expect(await tell([])).toEqual({ type: 'recalled', learnt: 0 });
      expect((await machine.hello()).wants_past).toBe(false);
      expect((await machine.claim()).runs.map((run) => run.wire_number)).toEqual([news]);
    });

    test('is written down as the host says', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const id = await fleet.define({ interpreter: 'bash' });
      await restore();
      const told = await past(id, { state: 'failed', exit_code: 3, attempt: 2 });
      await tell([told]);
      expect(await tables.runs.byId(told.run)).toMatchObject({
        hostId: machine.hostId,
        wireNumber: id,
        jobId: told.job,
        commandName: 'greet',
        state: 'failed',
        reason: 'recalled',
        exitCode: 3,
        attempt: 2,
        interpreter: 'bash',
        finishedAt: 5_000,
        deliveredAt: null,
      });
    });

    test('of jobs that the database does not know is written down, and numbers given since the backup are never given again', async () => {
      const { fleet, tables, restore, tell, past } = await begin();
      await fleet.define();
      await restore();
      expect(await fleet.define()).toBe(1_000_002);
      const told = await past(40);
      expect(await tell([told])).toMatchObject({ learnt: 1 });
      expect(await tables.runs.byId(told.run)).toMatchObject({ wireNumber: 40, interpreter: 'python' });
      expect(await fleet.define()).toBe(1_000_003);
    });

    test('is never told under a number of this store, when the same backup was put back twice (the second gave those of the first)', async () => {
      const year = 365 * 24 * 60 * 60 * 1000;
      const restored = async (at: number) => {
        const copy = await begin();
        await copy.fleet.define();
        copy.fleet.pass(at);
        await copy.restore();
        return copy.fleet;
      };
      const first = await restored(year);
      const given = [await first.define(), await first.define(), await first.define()];
      const second = await restored(year + 60_000);
      expect(await second.define()).toBeGreaterThan(Math.max(...given));
    });

    test('may hold what a database cannot, and is written down all the same', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const id = await fleet.define();
      await restore();
      await machine.hello({ boot: 'a\0\ud800' });
      expect((await tables.hosts.byId(machine.hostId))?.boot).toBe('a\ufffd\ufffd');
      const told = await past(id, {
        name: 'a\0b\ud800',
        attempt: 2 ** 31 - 1,
        revision: 2 ** 31 - 1,
        exit_code: 2 ** 32 - 1,
        finished_at_ms: Number.MAX_SAFE_INTEGER,
      });
      expect(await tell([told])).toMatchObject({ learnt: 1 });
      expect(await tables.runs.byId(told.run)).toMatchObject({
        commandName: 'a\ufffdb\ufffd',
        attempt: 2 ** 31 - 1,
        exitCode: 2 ** 32 - 1,
        finishedAt: Number.MAX_SAFE_INTEGER,
      });
    });

    test.each<Partial<PastRun>>([
      { attempt: 2 ** 31 },
      { revision: 2 ** 31 },
      { exit_code: 2 ** 32 },
      { finished_at_ms: 1e300 },
      { wire_number: 1e300 },
    ])('never has such a number: %o', async (differing) => {
      const { past, tell } = await begin();
      await expect(tell([await past(1, differing)])).rejects.toThrow('No host would say that.');
    });

    test('moves no number of the fleet, and nothing is believed about numbers that were never given', async () => {
      const { fleet, tables, restore, tell, past } = await begin();
      await fleet.define();
      const highest = 2 ** 31 - 1;
      expect(await tell([await past(highest)])).toMatchObject({ learnt: 0 });
      expect(await fleet.define()).toBe(2);
      await restore();
      const before = await tables.commands.highestWireNumber();
      const told = [await past(highest), await past(Number.MAX_SAFE_INTEGER), await past(before + 1)];
      expect(await tell(told)).toMatchObject({ learnt: 0 });
      for (const { run } of told) expect(await tables.runs.byId(run)).toBeUndefined();
      expect(await fleet.define()).toBe(before + 1);
    });

    test('is known by the job, whatever number the host gives it: what it ran is not offered to it again', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const [ran, news] = [await fleet.define(), await fleet.define()];
      await restore();
      const { job } = await past(ran);
      const told = await past(2 ** 31 - 1, { job });
      expect(await tell([told])).toMatchObject({ learnt: 1 });
      expect(await tables.runs.byId(told.run)).toMatchObject({ wireNumber: ran, jobId: job });
      expect((await machine.claim()).runs.map((run) => run.wire_number)).toEqual([news]);
    });

    test('is taken up to 100,000 runs, and not one beyond', async () => {
      const { database, fleet, machine, tables, restore, tell, past } = await begin();
      await fleet.define();
      await restore();
      await addRecalled(database, machine.hostId, 99_999);
      expect(await tables.runs.countRecalled(machine.hostId)).toBe(99_999);
      const [last, beyond] = [await past(200_000), await past(200_001)];
      expect(await tell([last, beyond])).toMatchObject({ refused: 'past_too_long' });
      expect(await tables.runs.byId(last.run)).toBeUndefined();
      expect(await tell([last], false)).toMatchObject({ learnt: 1 });
      expect(await tell([beyond])).toMatchObject({ refused: 'past_too_long' });
    });

    test('never has a name of more than 500 characters', async () => {
      const { past, tell } = await begin();
      await expect(tell([await past(1, { name: 'x'.repeat(501) })])).rejects.toThrow(
        'No host would say that.',
      );
    });

    test('whose number stands for something else here leaves that as it is, and what ran ends as told', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const [given, pending] = [await fleet.define(), await fleet.define()];
      await machine.hello();
      const run = await machine.claim({ wire_number: given });
      await restore();
      const told = [await past(given), await past(pending, { job: randomUUID() })];
      expect(await tell(told)).toMatchObject({ learnt: 0 });
      expect(await tables.runs.ofHost(machine.hostId, given)).toMatchObject({
        id: run.runs[0]?.run,
        state: 'succeeded',
        reason: 'recalled',
      });
      expect((await machine.claimOne()).wire_number).toBe(pending);
    });

    test('settles runs that were under way when the backup was made', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      for (let index = 0; index < 3; index += 1) await fleet.define({ attempts: 2 });
      await machine.hello();
      const { runs } = await machine.claim();
      await machine.start(runs[1]!);
      await machine.finish(runs[2]!, { statement: { ending: 'interrupted', exit_code: null } });
      await restore();
      await machine.hello();
      const told = [
        await past(runs[0]!.wire_number, { run: runs[0]!.run }),
        await past(runs[1]!.wire_number, { run: runs[1]!.run, state: 'timed_out', exit_code: null }),
        await past(runs[2]!.wire_number, { run: runs[2]!.run, attempt: 2, state: 'failed', exit_code: 1 }),
      ];
      expect(await tell(told)).toEqual({ type: 'recalled', learnt: 0 });
      const states = [];
      for (const { run } of runs) {
        const { state, attempt, reason, exitCode } = (await tables.runs.byId(run))!;
        states.push({ state, attempt, reason, exitCode });
      }
      expect(states).toEqual([
        { state: 'succeeded', attempt: 1, reason: 'recalled', exitCode: 0 },
        { state: 'timed_out', attempt: 1, reason: 'recalled', exitCode: null },
        { state: 'failed', attempt: 2, reason: 'recalled', exitCode: 1 },
      ]);
      expect((await machine.claim()).runs).toEqual([]);
    });

    test('that ended here already, or is another host’s, changes nothing', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const other = await createSealedMachine(fleet);
      const id = await fleet.define();
      await machine.hello();
      const mine = await machine.claimOne();
      await machine.finish(mine, { stdout: 'kept', statement: { exit_code: 7 } });
      const theirs = await other.claimOne();
      const before = await tables.runs.list({ limit: 10 });
      await restore();
      const told = [await past(id, { run: mine.run }), await past(id, { run: theirs.run })];
      expect(await tell(told)).toEqual({ type: 'recalled', learnt: 0 });
      expect(await tables.runs.list({ limit: 10 })).toEqual(before);
    });

    test('of a group that stops on failure keeps it stopped', async () => {
      const { fleet, machine, restore, tell, past } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      const first = await fleet.define({ position: 1 }, group);
      await fleet.define({ position: 2 }, group);
      await restore();
      await tell([await past(first, { state: 'failed', exit_code: 1 })]);
      expect((await machine.claim()).runs).toEqual([]);
    });

    test('keeps it stopped, too, when the run was queued again as the backup was made', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      const first = await fleet.define({ position: 1 }, group);
      await fleet.define({ position: 2 }, group);
      await machine.hello();
      const { run } = await machine.claimOne();
      await machine.hello();
      expect((await tables.runs.byId(run))?.state).toBe('queued');
      await restore();
      await tell([await past(first, { run, state: 'failed', exit_code: 1 })]);
      expect((await tables.runs.byId(run))?.state).toBe('failed');
      expect((await machine.claim()).runs).toEqual([]);
    });

    test('is not listened to when nobody asked, and said twice it is known once', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const id = await fleet.define();
      const told = await past(id);
      expect(await tell([told])).toEqual({ type: 'recalled', learnt: 0 });
      expect(await tables.runs.byId(told.run)).toBeUndefined();
      await restore();
      expect(await tell([told], false)).toEqual({ type: 'recalled', learnt: 1 });
      expect(await tell([told], false)).toEqual({ type: 'recalled', learnt: 0 });
      expect(await tell([told])).toEqual({ type: 'recalled', learnt: 0 });
      expect((await machine.claim()).runs).toEqual([]);
    });

    test('leaves what its host holds to the report that will come, and forgets nothing before it is told', async () => {
      const { fleet, machine, tables, restore, tell, past } = await begin();
      const id = await fleet.define();
      await restore();
      // It began after the backup was made, and goes on.
      const told = await past(id, { state: 'interrupted', exit_code: null, finished_at_ms: null });
      const held = [{ run: told.run, attempt: 1, state: 'begun' as const }];
      expect(await machine.hello({ held })).toMatchObject({ wants_past: true, unknown: [] });
      expect(await tell([told])).toMatchObject({ learnt: 1 });
      expect((await machine.hello({ held })).unknown).toEqual([]);
      expect(await machine.finish({ run: told.run, attempt: 1 }, { stdout: 'here' })).toBe('stored');
      expect(await tables.runs.byId(told.run)).toMatchObject({ state: 'succeeded', reason: null });
    });

    test('comes before a run that is not held is offered again: it may have ended long ago', async () => {
      const { fleet, machine, tables, restore, tell } = await begin();
      await fleet.define();
      await machine.hello();
      const { run } = await machine.claimOne();
      await restore();
      await machine.hello();
      expect((await tables.runs.byId(run))?.state).toBe('delivered');
      await tell([]);
      expect((await tables.runs.byId(run))?.state).toBe('queued');
      expect(await machine.claimOne()).toMatchObject({ run, attempt: 1 });
    });
  });
});

/** Rows as a host's word makes them, many at once. */
async function addRecalled(database: OpenDatabase, hostId: number, count: number): Promise<void> {
  const connection = await connectTo(database);
  const values = `select g.n, 'told ' || g.n, 'job ' || g.n, ${hostId}, g.n, 'x', 1, 1, 'succeeded', 'recalled', '{}', 'python'`;
  const columns =
    'number, id, job_id, host_id, wire_number, command_name, revision, attempt, state, reason, inputs, interpreter';
  const text =
    connection.kind === 'sqlite'
      ? `with recursive g(n) as (select 1000 union all select n + 1 from g where n < ${999 + count}) insert into runs (${columns}) ${values} from g`
      : `insert into runs (${columns}) overriding system value ${values} from generate_series(1000, ${999 + count}) as g(n)`;
  await connection.run({ name: undefined, text }, []);
}
