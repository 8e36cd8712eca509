import { describe, expect, test } from 'vitest';
import { tendJobs } from '../../../src/domain/jobs/job-end.ts';
import type { AdHocJob } from '../../../src/domain/ports.ts';
import { eachDatabase } from '../../databases.ts';
import { addOperator } from '../../http/api/sample-operators.ts';
import { settledEvents } from '../../storage/settled-events.ts';
import { openFleetDoor } from '../api/fleet-door.ts';
import { actorBy, askEvents } from '../events/following.ts';
import { addHosts } from '../silent-hosts.ts';
import { start } from '../small-fleet.ts';
import { fetchJob, postEnd } from './polling-hosts.ts';

describe('a job that has hidden hosts too', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const door = await openFleetDoor(database);
      const groups = ['All hosts', 'Web'];
      const [web1, away1] = await addHosts(database, { name: 'web1', groups }, { name: 'away1' });
      const web = (await door.tables.hostsGroups.byName('Web'))!;
      const ben = await door.as('ben', 'operator', [web.id]);
      const make = async (hosts: string[]) => {
        const { json } = await door.admin('jobs_create', { body: { program: 'true', targets: { hosts } } });
        return (await door.tables.jobs.byId(json.id)) as AdHocJob;
      };
      const run = async (job: AdHocJob, hostId: number) => {
        expect(await fetchJob(database.storage, job, hostId)).toBe(true);
        await postEnd(database.storage, job, hostId, 'succeeded');
      };
      const listed = async (state: string) =>
        (await ben('jobs_list', { query: { state } })).json.items.map(({ id }: { id: string }) => id);
      const shown = async ({ id }: AdHocJob) => {
        const { state, ended_at } = (await ben('jobs_show', { params: { id } })).json;
        return { state, ended_at };
      };
      return { ...door, database, web, web1: web1!, away1: away1!, make, run, listed, shown };
    };

    test('has ended for narrowed rights when it has on their hosts, in every list alike', async () => {
      const { fleet, make, run, listed, shown, web1, away1 } = await begin();
      const job = await make(['web1', 'away1']);
      expect([await listed('open'), await listed('ended')]).toEqual([[job.id], []]);
      expect(await shown(job)).toEqual({ state: 'open', ended_at: null });
      await run(job, web1.id);
      const over = { state: 'ended', ended_at: new Date(start).toISOString() };
      const look = async () => [await shown(job), await listed('open'), await listed('ended')];
      expect(await look()).toEqual([over, [], [job.id]]);
      fleet.pass(60_000);
      await run(job, away1.id);
      await tendJobs(fleet.mind);
      expect(await look()).toEqual([over, [], [job.id]]);
    });

    test('is open for narrowed rights as long as it is on their hosts, though it was halted for the sake of others', async () => {
      const { database, fleet, make, listed, shown, web1 } = await begin();
      const job = await make(['web1', 'away1']);
      expect(await fetchJob(database.storage, job, web1.id)).toBe(true);
      await fleet.administer(({ jobs }) => jobs.changeState(job.wireNumber, 'halted'));
      expect(await shown(job)).toEqual({ state: 'open', ended_at: null });
      expect([await listed('open'), await listed('halted')]).toEqual([[job.id], []]);
      await postEnd(database.storage, job, web1.id, 'succeeded');
      expect(await shown(job)).toMatchObject({ state: 'ended' });
    });

    test('tells a reader with narrowed rights of its runs on their hosts, and not when it ends on others', async () => {
      const { database, fleet, web, make, run, web1, away1 } = await begin();
      const { token } = await addOperator(database, start, {
        name: 'bea',
        role: 'viewer',
        hostsGroupIds: [web.id],
      });
      const stream = await askEvents(fleet.mind, await actorBy(fleet.mind, token), {
        query: { kinds: 'job,run' },
      });
      await stream.next?.();
      const shared = await make(['web1', 'away1']);
      await run(shared, web1.id);
      await run(shared, away1.id);
      await tendJobs(fleet.mind);
      const own = await make(['web1']);
      await run(own, web1.id);
      await tendJobs(fleet.mind);
      await settledEvents(database);
      const told: unknown[] = [];
      for (let isOver = false; !isOver; ) {
        const { kind, job_id, host_id, state } = (await stream.next?.())!.data;
        told.push([job_id === own.id ? 'own' : 'shared', kind, state, host_id ?? null]);
        isOver = job_id === own.id && kind === 'job' && state === 'ended';
      }
      const ofRun = ['delivered', 'succeeded'].map((state) => ['run', state, web1.id]);
      expect(told).toEqual([
        ['shared', 'job', 'open', null],
        ...ofRun.map((event) => ['shared', ...event]),
        ['own', 'job', 'open', null],
        ...ofRun.map((event) => ['own', ...event]),
        ['own', 'job', 'ended', null],
      ]);
    });
  });
});
