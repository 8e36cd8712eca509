import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { createSealedMachine } from './sealed-machine.ts';
import { createFleet } from './small-fleet.ts';
import { tester } from './tester.ts';

describe('a hello', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      const { tables } = database.storage;
      const runOf = async (id: string) => (await tables.runs.byId(id))!;
      return { database, fleet, machine, tables, runOf };
    };

    test('is welcomed with the pace, and what the host says of itself is kept', async () => {
      const { fleet, machine, tables } = await begin();
      const unknown = randomUUID();
      const held = [{ run: unknown, attempt: 1, state: 'begun' as const }];
      expect(await machine.hello({ held, boot: 'boot 7' })).toEqual({
        type: 'welcome',
        capability: 2,
        time_ms: fleet.mind.clock(),
        claim_limit: 8,
        heartbeat_seconds: 15,
        report_limit_bytes: 1024 * 1024 - 64 * 1024,
        wants_past: false,
        unknown: [unknown],
      });
      const host = await tables.hosts.byId(machine.hostId);
      expect(host).toMatchObject({ capability: 1, boot: 'boot 7', journalId: machine.journal.id });
      expect(JSON.parse(host?.facts ?? '')).toMatchObject({ hostname: 'web1', architecture: 'x64' });
    });

    test('calls a run of another host unknown', async () => {
      const { fleet, machine } = await begin();
      const other = await createSealedMachine(fleet);
      await fleet.define();
      const { run } = await other.claimOne();
      expect((await machine.hello({ held: [{ run, attempt: 1, state: 'begun' }] })).unknown).toEqual([run]);
    });

    test('leaves a delivered run as it is that the host holds', async () => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define();
      await machine.hello();
      const { run, attempt } = await machine.claimOne();
      for (const state of ['received', 'begun', 'finished'] as const) {
        expect((await machine.hello({ held: [{ run, attempt, state }] })).unknown).toEqual([]);
        expect(await runOf(run)).toMatchObject({ state: 'delivered', attempt: 1 });
      }
    });

    test('queues a delivered run again that an intact journal never had, as the same attempt, once', async () => {
      const { fleet, machine, runOf } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      const id = await fleet.define({}, group);
      await machine.hello();
      const lost = await machine.claimOne();
      await machine.hello();
      expect(await runOf(lost.run)).toMatchObject({ state: 'queued', attempt: 1, deliveredAt: null });
      expect(await machine.say({ type: 'commands_list' })).toMatchObject([{ results: [{ command: id }] }]);
      // Nobody waits for its report any more.
      fleet.pass(3600_000);
      const request = { now: fleet.mind.clock(), limit: 10 };
      expect(await fleet.mind.storage.decide('interruptOverdueRuns', request)).toBe(0);
      const { runs } = await machine.claim();
      expect(runs.map(({ run, attempt }) => [run, attempt])).toEqual([[lost.run, 1]]);
      expect((await machine.claim()).runs).toEqual([]);
      expect(await machine.finish(runs[0]!)).toBe('stored');
      expect(await runOf(lost.run)).toMatchObject({ state: 'succeeded' });
    });

    test.each([false, true])(
      'a run that its host refuses stops its group, queued again before: %s (it went on when it was)',
      async (isQueuedAgain) => {
        const { fleet, machine, runOf } = await begin();
        const group = { name: 'careful', stopOnFailure: true };
        await fleet.define({}, group);
        await fleet.define({}, group);
        await machine.hello();
        const given = await machine.claimOne();
        if (isQueuedAgain) await machine.hello();
        expect((await runOf(given.run)).state).toBe(isQueuedAgain ? 'queued' : 'delivered');
        expect(await machine.refuse(given)).toBe('stored');
        expect((await runOf(given.run)).state).toBe('refused');
        expect((await machine.claim()).runs).toEqual([]);
      },
    );

    test.each([
      ['of a new journal', { journal: { id: randomUUID(), is_intact: true } }],
      ['of a damaged journal', { is_intact: false }],
    ])('%s without a delivered run takes it for interrupted: it may have begun', async (_, journal) => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define();
      await machine.hello();
      const { run, attempt } = await machine.claimOne();
      const told = 'journal' in journal ? journal : { journal: { ...machine.journal, ...journal } };
      await machine.hello(told);
      expect(await runOf(run)).toMatchObject({ state: 'interrupted', reason: 'journal_lost' });
      expect((await machine.claim()).runs).toEqual([]);
      // The new journal is the one that counts from now on, and a late report still settles the run.
      expect(await machine.finish({ run, attempt })).toBe('stored');
    });

    test('takes a run that was running for interrupted where the journal does not hold it', async () => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define();
      await machine.hello();
      const given = await machine.claimOne();
      await machine.start(given);
      await machine.hello();
      expect(await runOf(given.run)).toMatchObject({ state: 'interrupted', reason: 'journal_lost' });
    });

    test('offers a lost run once more only where its command allows attempts', async () => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define({ attempts: 2 });
      await machine.hello();
      const { run } = await machine.claimOne();
      await machine.hello({ journal: { id: randomUUID(), is_intact: true } });
      expect(await runOf(run)).toMatchObject({ state: 'interrupted' });
      expect(await machine.claimOne()).toMatchObject({ run, attempt: 2 });
    });

    test('that holds a former attempt does not hold the present one', async () => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define({ attempts: 2 });
      await machine.hello();
      const first = await machine.claimOne();
      await machine.finish(first, { statement: { ending: 'interrupted', exit_code: null } });
      await machine.claimOne();
      await machine.hello({ held: [{ run: first.run, attempt: 1, state: 'finished' }] });
      expect(await runOf(first.run)).toMatchObject({ state: 'queued', attempt: 2 });
      expect(await machine.claimOne()).toMatchObject({ run: first.run, attempt: 2 });
    });

    test('ends a run that never arrived where it is no longer wanted', async () => {
      const { fleet, machine, runOf } = await begin();
      const ids = [await fleet.define(), await fleet.define(), await fleet.define()];
      await machine.hello();
      const { runs } = await machine.claim();
      const { leaveHostsGroup } = await import('../../src/domain/hosts-group-membership.ts');
      await fleet.mind.storage.decide('stopRun', { run: runs[0]!.run, now: fleet.mind.clock(), by: tester });
      await fleet.administer((tables) => tables.commands.remove(ids[1]!));
      await machine.hello({ held: [{ ...runs[2]!, state: 'received' }] });
      for (const { run } of runs.slice(0, 2)) {
        expect(await runOf(run)).toMatchObject({ state: 'cancelled', reason: 'never_begun' });
      }
      await fleet.administer(async (tables) => {
        const group = await tables.hostsGroups.byName('All hosts');
        await leaveHostsGroup(tables, group!.id, machine.hostId);
      });
      await machine.hello();
      expect(await runOf(runs[2]!.run)).toMatchObject({ state: 'cancelled' });
    });

    test('a queued run waits for its host to come back into the group', async () => {
      const { fleet, machine } = await begin();
      const { joinHostsGroup, leaveHostsGroup } = await import('../../src/domain/hosts-group-membership.ts');
      await fleet.define();
      await machine.hello();
      const { run } = await machine.claimOne();
      await machine.hello();
      const inGroup = (change: typeof joinHostsGroup | typeof leaveHostsGroup) =>
        fleet.administer(async (tables) => {
          const group = await tables.hostsGroups.byName('All hosts');
          await change(tables, group!.id, machine.hostId);
        });
      await inGroup(leaveHostsGroup);
      expect((await machine.claim()).runs).toEqual([]);
      await inGroup(joinHostsGroup);
      expect(await machine.claimOne()).toMatchObject({ run, attempt: 1 });
    });

    test('a run that v1 delivered is never queued again: v1 has no journal', async () => {
      const { fleet, machine, tables } = await begin();
      await machine.hello();
      await fleet.administer((all) =>
        all.hosts.change(machine.hostId, { channelKey: null, journalId: null }),
      );
      const id = await fleet.define();
      await machine.get(id);
      await fleet.administer((all) => all.hosts.change(machine.hostId, { channelKey: 'again' }));
      await machine.hello();
      expect(await tables.runs.ofHost(machine.hostId, id)).toMatchObject({
        state: 'interrupted',
        reason: 'journal_lost',
      });
    });

    test('a queued run is delivered once over v1, too, when its host went back', async () => {
      const { fleet, machine, runOf } = await begin();
      const id = await fleet.define();
      await machine.hello();
      const { run } = await machine.claimOne();
      await machine.hello();
      await fleet.administer((all) => all.hosts.change(machine.hostId, { channelKey: null }));
      expect(await machine.list()).toEqual([id]);
      expect(await machine.get(id)).toMatchObject({ id });
      expect(await runOf(run)).toMatchObject({ state: 'delivered', attempt: 1 });
      expect(await machine.list()).toEqual([]);
      expect(await machine.get(id)).toMatchObject({ refused: 'not_found' });
    });
  });
});
