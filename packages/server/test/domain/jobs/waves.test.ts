import { describe, expect, test } from 'vitest';
import type { AdHocJob } from '../../../src/domain/ports.ts';
import type { Storage } from '../../../src/domain/storage.ts';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { start } from '../small-fleet.ts';
import { dispatch } from './dispatching.ts';
import { fetchJob, postEnd } from './polling-hosts.ts';

const hostsInAll = 1_000;
const waveSize = hostsInAll / 10;
const stopAfter = 5;
/** As many as PostgreSQL is asked at once. */
const atOnce = 10;

describe('a job for 1,000 polling hosts, a third of them away, in waves of 10 %', () => {
  eachDatabase((open) => {
    test('reaches all that come, is halted by its fifth failure, and hands out nothing from then on', async () => {
      const database = await open('server');
      const { storage } = database;
      await database.write((tables) => tables.hostsGroups.add('All hosts', true));
      const hosts = await addHosts(database, ...Array.from({ length: hostsInAll }, () => ({})));
      const present = hosts.map(({ id }) => id).filter((id) => id % 3 !== 0);
      const away = hostsInAll - present.length;
      const rules = { wave: '10%', stopAfter, agreedHosts: hostsInAll } as const;

      // All goes well: whoever is away keeps nobody waiting.
      const quiet = await dispatch(storage, rules);
      expect(quiet).toMatchObject({ targets: hostsInAll, waveSize });
      const [late] = await addHosts(database, {});
      expect(await fetchJob(storage, quiet, late!.id)).toBe(false);
      const calm = await poll(storage, quiet, present, () => 'succeeded');
      expect(calm.fetched).toBe(present.length);
      expect(calm.mostUnderWay).toBeLessThanOrEqual(waveSize);
      expect(calm.mostUnderWay).toBeGreaterThan(waveSize - atOnce);
      expect(await storage.tables.jobRuns.counts(quiet.wireNumber, null)).toMatchObject({
        succeeded: present.length,
        queued: away,
        cancelled: 0,
      });

      // Every eighth host fails.
      const noisy = await dispatch(storage, { ...rules, agreedHosts: hostsInAll + 1 });
      const stormy = await poll(storage, noisy, present, (id) => (id % 8 === 0 ? 'failed' : 'succeeded'));
      expect(stormy.fetchedAfterHalt).toBe(0);
      expect(stormy.mostUnderWay).toBeLessThanOrEqual(noisy.waveSize!);
      const counts = await storage.tables.jobRuns.counts(noisy.wireNumber, null);
      expect(counts.failed).toBeGreaterThanOrEqual(stopAfter);
      expect(counts.failed).toBeLessThanOrEqual(stopAfter - 1 + noisy.waveSize!);
      expect(counts).toMatchObject({ queued: 0, delivered: 0, running: 0 });
      expect(counts.cancelled + counts.succeeded + counts.failed).toBe(hostsInAll + 1);
      expect(counts.cancelled).toBeGreaterThan(away);
      expect(await storage.tables.jobs.byId(noisy.id)).toMatchObject({ state: 'halted' });
      const standing = await database.write((tables) => tables.jobs.lock(noisy.wireNumber));
      expect(standing).toMatchObject({ inFlight: 0, failures: counts.failed });
      for (const id of present) expect(await storage.tables.pending.has(id, noisy.wireNumber)).toBe(false);
      await storage.decide('endJobs', { now: start });
      expect(await storage.tables.jobs.byId(noisy.id)).toMatchObject({
        state: 'halted',
        endedAt: start,
        counts,
      });
    }, 60_000);
  });
});

/**
 * Lets these hosts come for the job, several at once, again and again until each has had it or the job is halted. A host
 * keeps what it was given until another one comes in vain: so waves are full.
 */
async function poll(
  storage: Storage,
  job: AdHocJob,
  hostIds: readonly number[],
  endOf: (hostId: number) => 'succeeded' | 'failed',
) {
  const waiting = [...hostIds];
  const underWay: number[] = [];
  const seen = { fetched: 0, fetchedAfterHalt: 0, mostUnderWay: 0 };
  let isHalted = false;

  const come = async (hostId: number) => {
    const cameAfterHalt = isHalted;
    if (await fetchJob(storage, job, hostId)) {
      seen.fetched += 1;
      seen.fetchedAfterHalt += Number(cameAfterHalt);
      underWay.push(hostId);
      seen.mostUnderWay = Math.max(seen.mostUnderWay, underWay.length);
    } else {
      if (!isHalted) waiting.push(hostId);
      await end();
    }
  };
  const end = async () => {
    const hostId = underWay.shift();
    if (hostId === undefined) return;
    await postEnd(storage, job, hostId, endOf(hostId));
    isHalted ||= (await storage.tables.jobs.open()).some(
      ({ id, state }) => id === job.id && state !== 'open',
    );
  };
  const worker = async () => {
    for (;;) {
      const hostId = waiting.shift();
      if (hostId !== undefined) await come(hostId);
      else if (underWay.length > 0) await end();
      else return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return seen;
}
