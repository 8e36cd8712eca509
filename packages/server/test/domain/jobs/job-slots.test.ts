import { describe, expect, test } from 'vitest';
import { joinHostsGroup } from '../../../src/domain/hosts-group-membership.ts';
import { eachDatabase } from '../../databases.ts';
import { createSealedMachine, type SealedMachine } from '../sealed-machine.ts';
import { addHosts } from '../silent-hosts.ts';
import { createFleet, start } from '../small-fleet.ts';
import { tester } from '../tester.ts';
import { dispatch } from './dispatching.ts';
import { fetchJob, postEnd } from './polling-hosts.ts';

describe('a slot of a wave', () => {
  eachDatabase((open) => {
    /** A job for a sealed host and a silent one, one at a time. */
    const begin = async (rules: Parameters<typeof dispatch>[1] = { wave: 1 }) => {
      const database = await open();
      const { storage } = database;
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      const [silent] = await addHosts(database, {});
      await fleet.administer((tables) => joinHostsGroup(tables, 1, machine.hostId));
      await machine.hello();
      const job = await dispatch(storage, rules);
      const standing = () => database.write((tables) => tables.jobs.lock(job.wireNumber));
      return { database, storage, fleet, machine, job, silent: silent!, standing };
    };
    type Begun = Awaited<ReturnType<typeof begin>>;

    test('is taken at delivery, and a host that comes meanwhile finds nothing due', async () => {
      const { machine, storage, job, silent, standing } = await begin();
      expect(await standing()).toEqual({ state: 'open', inFlight: 0, failures: 0 });
      expect(await fetchJob(storage, job, silent.id)).toBe(true);
      expect(await standing()).toEqual({ state: 'open', inFlight: 1, failures: 0 });
      expect(await machine.say({ type: 'commands_list' })).toEqual([{ type: 'commands', results: [] }]);
      expect((await machine.claim()).claimed).toMatchObject({ runs: 0, has_more: false });
      await postEnd(storage, job, silent.id, 'succeeded');
      expect(await standing()).toEqual({ state: 'open', inFlight: 0, failures: 0 });
      expect((await machine.claimOne()).wire_number).toBe(job.wireNumber);
    });

    const endings: readonly (readonly [string, number, (begun: Begun) => Promise<unknown>])[] = [
      [
        'it failed',
        1,
        async ({ machine }) => machine.finish(await machine.claimOne(), { statement: { exit_code: 1 } }),
      ],
      ['it was refused', 1, async ({ machine }) => machine.refuse(await machine.claimOne())],
      [
        'it stayed silent',
        1,
        async ({ machine, storage }) => {
          await machine.claimOne();
          await storage.decide('interruptOverdueRuns', { now: start + 1_000_000, limit: 10 });
        },
      ],
      [
        'its journal was lost',
        1,
        async ({ machine }) => {
          await machine.claimOne();
          await machine.hello({ journal: { ...machine.journal, is_intact: false } });
        },
      ],
      [
        'it never arrived',
        0,
        async ({ machine }) => {
          await machine.claimOne();
          await machine.hello();
        },
      ],
      [
        'its host was removed',
        0,
        async ({ machine, storage }) => {
          await machine.claimOne();
          const hosts = [String(machine.hostId)];
          await storage.decide('removeHosts', {
            hosts,
            agreedHosts: 1,
            now: start,
            by: tester,
            within: null,
          });
        },
      ],
    ];

    test.each(endings)('is free again when %s', async (_, failures, ending) => {
      const begun = await begin();
      await ending(begun);
      expect(await begun.standing()).toEqual({ state: 'open', inFlight: 0, failures });
      expect(await fetchJob(begun.storage, begun.job, begun.silent.id)).toBe(true);
    });

    test('goes with a failure that a late report takes back', async () => {
      const { machine, storage, standing } = await begin();
      const run = await machine.claimOne();
      await storage.decide('interruptOverdueRuns', { now: start + 1_000_000, limit: 10 });
      expect(await standing()).toEqual({ state: 'open', inFlight: 0, failures: 1 });
      expect(await machine.finish(run)).toBe('stored');
      expect(await standing()).toEqual({ state: 'open', inFlight: 0, failures: 0 });
    });

    test('is not wanted of a job that was halted: what was never begun is cancelled, what ran is told', async () => {
      const { machine, storage, job, silent, standing } = await begin({ stopAfter: 1 });
      const run = await machine.claimOne();
      expect(await fetchJob(storage, job, silent.id)).toBe(true);
      await postEnd(storage, job, silent.id, 'failed');
      expect(await standing()).toEqual({ state: 'halted', inFlight: 1, failures: 1 });
      await machine.hello();
      expect(await storage.tables.runs.byId(run.run)).toMatchObject({
        state: 'cancelled',
        reason: 'never_begun',
      });
      expect(await standing()).toEqual({ state: 'halted', inFlight: 0, failures: 1 });
    });
  });
});

describe('a job that has ended', () => {
  eachDatabase((open) => {
    test('counts anew what a late report settles, and saves what it returned', async () => {
      const database = await open();
      const { storage } = database;
      const fleet = await createFleet(database);
      const machine = await enrolled(fleet);
      const colour = await fleet.administer(
        async ({ variables }) => (await variables.add('site', 'colour')).id,
      );
      const job = await dispatch(storage, { program: { outputVariables: [colour] } });
      const run = await machine.claimOne();
      await storage.decide('interruptOverdueRuns', { now: start + 1_000_000, limit: 10 });
      await storage.decide('endJobs', { now: start + 1_000_000 });
      expect(await storage.tables.jobs.byId(job.id)).toMatchObject({
        counts: { interrupted: 1, succeeded: 0 },
      });
      expect(await machine.finish(run, { result: '["red"]' })).toBe('stored');
      expect(await storage.tables.jobs.byId(job.id)).toMatchObject({
        counts: { interrupted: 0, succeeded: 1 },
      });
      expect(await storage.tables.variables.valuesOf([colour])).toMatchObject([{ value: 'red' }]);
    });

    test('takes no run of a host that it was not made for, whatever its journal says', async () => {
      const database = await open();
      const { storage } = database;
      const fleet = await createFleet(database);
      await addHosts(database, {});
      const job = await dispatch(storage);
      const machine = await enrolled(fleet);
      await fleet.administer((tables) => tables.server.setStoreId('another'));
      await machine.hello();
      await machine.say({
        type: 'ran',
        is_last: true,
        runs: [
          {
            run: crypto.randomUUID(),
            job: job.id,
            wire_number: job.wireNumber,
            name: 'echo',
            revision: 1,
            attempt: 1,
            state: 'succeeded',
            exit_code: 0,
            finished_at_ms: start,
          },
        ],
      });
      expect(await storage.tables.jobRuns.counts(job.wireNumber, null)).toMatchObject({
        queued: 1,
        succeeded: 0,
      });
    });
  });
});

async function enrolled(fleet: Awaited<ReturnType<typeof createFleet>>): Promise<SealedMachine> {
  const machine = await createSealedMachine(fleet);
  await fleet.administer(async (tables) => {
    const group =
      (await tables.hostsGroups.byName('All hosts')) ?? (await tables.hostsGroups.add('All hosts', true));
    await joinHostsGroup(tables, group.id, machine.hostId);
  });
  await machine.hello();
  return machine;
}
