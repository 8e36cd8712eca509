import type { GiveRun } from '@remotes/protocol/messages/claim';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { createSealedMachine } from './sealed-machine.ts';
import { createFleet, createMachine } from './small-fleet.ts';
import { tester } from './tester.ts';

describe('a started run', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      const { tables } = database.storage;
      const runOf = async (id: string) => (await tables.runs.byId(id))!;
      const sweep = () =>
        database.storage.decide('interruptOverdueRuns', { now: fleet.mind.clock(), limit: 10 });
      const stop = (run: string) =>
        database.storage.decide('stopRun', { run, now: fleet.mind.clock(), by: tester });
      await machine.hello();
      return { fleet, machine, tables, runOf, sweep, stop };
    };

    test('is running, since when its host says', async () => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      expect(await machine.start(given, 7_000)).toBe('nothing');
      expect(await machine.start(given, 9_000)).toBe('nothing');
      expect(await runOf(given.run)).toMatchObject({ state: 'running', startedAt: 7_000 });
    });

    test('is given its time anew at each sign of life, and is interrupted when there is none', async () => {
      const { fleet, machine, runOf, sweep } = await begin();
      await fleet.define({ timeoutSeconds: 15 });
      const given = await machine.claimOne();
      fleet.pass(70_000);
      await machine.start(given);
      fleet.pass(74_999);
      expect(await sweep()).toBe(0);
      await machine.start(given);
      fleet.pass(74_999);
      expect(await sweep()).toBe(0);
      fleet.pass(1);
      expect(await sweep()).toBe(1);
      expect(await runOf(given.run)).toMatchObject({ state: 'interrupted', reason: 'no_report' });
      expect(await machine.start(given)).toBe('nothing');
      expect(await machine.finish(given)).toBe('stored');
      expect(await runOf(given.run)).toMatchObject({ state: 'succeeded' });
    });

    test('is stopped when an operator wants it ended', async () => {
      const { fleet, machine, runOf, stop } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      expect(await machine.start(given)).toBe('nothing');
      expect(await stop(given.run)).toMatchObject({ done: 'asked' });
      expect(await stop(given.run)).toMatchObject({ done: 'asked_before' });
      expect(await machine.start(given)).toBe('stop');
      const killed = { ending: 'stopped', exit_code: null, signal: 'SIGTERM' } as const;
      expect(await machine.finish(given, { statement: killed })).toBe('stored');
      expect(await runOf(given.run)).toMatchObject({ state: 'stopped', signal: 'SIGTERM' });
      expect(await stop(given.run)).toMatchObject({ declined: 'unsuitable_state' });
    });

    test('that is stopped before its first sign of life is told at that', async () => {
      const { fleet, machine, stop } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      expect(await stop(given.run)).toMatchObject({ done: 'asked' });
      expect(await machine.start(given)).toBe('stop');
    });

    test('that is stopped before it begins is told with the answer to whatever its host reports', async () => {
      const { fleet, machine, tables, stop } = await begin();
      for (let index = 0; index < 3; index += 1) await fleet.define();
      const { runs } = await machine.claim();
      const [first, second, third] = runs as [GiveRun, GiveRun, GiveRun];
      await stop(third.run);
      const told = { type: 'stop', run: third.run, attempt: third.attempt };
      const started = { type: 'started', started_at_ms: 1_000 } as const;
      expect(await machine.say({ ...started, run: first.run, attempt: 1 })).toEqual([told]);
      expect(await machine.say(machine.finishedOf(first, {}))).toEqual([
        { type: 'stored', run: first.run, attempt: 1 },
        told,
      ]);
      const refused = { type: 'refused', attempt: 1, code: 'manifest_expired' } as const;
      expect(await machine.say({ ...refused, run: second.run })).toMatchObject([{ type: 'stored' }, told]);
      expect(await machine.say({ ...started, run: second.run, attempt: 1 })).toMatchObject([
        { type: 'refusal' },
        told,
      ]);
      const unbegun = { ending: 'stopped', exit_code: null, started_at_ms: null, duration_ms: null } as const;
      expect(await machine.finish(third, { statement: unbegun })).toBe('stored');
      expect(await tables.runs.byId(third.run)).toMatchObject({ state: 'stopped', startedAt: null });
      expect(await machine.finish(third, { statement: unbegun })).toBe('stored');
    });

    test('that is queued again is cancelled at once', async () => {
      const { fleet, machine, runOf, stop } = await begin();
      await fleet.define();
      const { run } = await machine.claimOne();
      await machine.hello();
      expect(await stop(run)).toMatchObject({ done: 'cancelled' });
      expect(await runOf(run)).toMatchObject({ state: 'cancelled', finishedAt: fleet.mind.clock() });
      expect((await machine.claim()).runs).toEqual([]);
    });

    test('that was asked to stop is not offered again, whatever attempts are left', async () => {
      const { fleet, machine, stop } = await begin();
      await fleet.define({ attempts: 2 });
      const given = await machine.claimOne();
      await stop(given.run);
      await machine.finish(given, { statement: { ending: 'interrupted', exit_code: null } });
      expect((await machine.claim()).runs).toEqual([]);
    });

    test('of v1 cannot be stopped, and that is said', async () => {
      const { fleet, tables, stop } = await begin();
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      const id = await fleet.define();
      await machine.get(id);
      const run = (await tables.runs.ofHost(2, id))!;
      expect(await stop(run.id)).toEqual({
        declined: 'unsuitable_state',
        sentence: `Run ${run.number} is on host "000002", which speaks v1: a v1 run cannot be stopped. It ends with its time-out.`,
      });
      expect((await tables.runs.byId(run.id))?.stopAskedAt).toBeNull();
    });
  });
});
