import type { JobDetail } from '@remotes/protocol/operators/job-view';
import { describe, expect, test } from 'vitest';
import { tendJobs } from '../../../src/domain/jobs/job-end.ts';
import type { AdHocJob, HostChange } from '../../../src/domain/ports.ts';
import { sealSetting } from '../../../src/domain/secret-setting.ts';
import { eachDatabase } from '../../databases.ts';
import { openFleetDoor } from '../api/fleet-door.ts';
import { addHosts } from '../silent-hosts.ts';
import { anna } from './dispatching.ts';
import { fetchJob, postEnd } from './polling-hosts.ts';

type Wanted = HostChange & { groups?: readonly string[] };

const hello = { program: 'echo hello', targets: { hosts_groups: ['All hosts'] } };

describe('the routes of jobs', () => {
  eachDatabase((open) => {
    const begin = async (...wanted: readonly Wanted[]) => {
      const database = await open();
      const door = await openFleetDoor(database);
      const hosts = await addHosts(database, ...wanted);
      const { admin, tables } = door;
      const create = async (body: object = {}): Promise<JobDetail> => {
        const { status, json } = await admin('jobs_create', { body: { ...hello, ...body } });
        if (status !== 201) throw new Error(json.detail);
        return json;
      };
      const show = async ({ id }: { id: string }): Promise<JobDetail> =>
        (await admin('jobs_show', { params: { id } })).json;
      const stored = async ({ id }: { id: string }) => (await tables.jobs.byId(id)) as AdHocJob;
      const end = async (
        made: { id: string },
        host: { id: number },
        state: 'succeeded' | 'failed' = 'succeeded',
        stdout = '',
      ) => {
        const job = await stored(made);
        expect(await fetchJob(database.storage, job, host.id)).toBe(true);
        await postEnd(database.storage, job, host.id, state, stdout);
      };
      const tend = () => tendJobs(door.fleet.mind);
      return { ...door, database, storage: database.storage, hosts, create, show, stored, end, tend };
    };

    test('tell what became of a job: counts, and what its hosts said, grouped', async () => {
      const { admin, hosts, create, show, end, tend, fleet } = await begin({}, {}, {}, {}, {});
      const made = await create({ name: 'greet' });
      expect(made).toMatchObject({
        kind: 'ad_hoc',
        state: 'open',
        name: 'greet',
        targets: 5,
        interpreter: 'sh',
        by: { kind: 'operator', name: 'ada' },
        counts: { queued: 5 },
        asked_targets: { hosts_groups: ['All hosts'] },
      });
      const [one, two, three, four, five] = hosts;
      for (const host of [one, two, three]) await end(made, host!, 'succeeded', 'a\nb\nc\n');
      await end(made, four!, 'succeeded', 'a\nB\nc\n');
      expect((await show(made)).counts).toMatchObject({ queued: 1, succeeded: 4, failed: 0 });
      await end(made, five!, 'failed', 'no\n');
      expect(await show(made)).toMatchObject({ state: 'ended', ended_at: null });
      await tend();
      expect(await show(made)).toMatchObject({
        state: 'ended',
        ended_at: new Date(fleet.mind.clock()).toISOString(),
        counts: { succeeded: 4, failed: 1, queued: 0 },
      });

      const outcomes = (await admin('jobs_outcomes', { params: { id: made.id } })).json;
      expect(outcomes).toMatchObject({
        groups: [
          { state: 'succeeded', runs: 3, stdout: 'a\nb\nc\n', diff: null, sample: { host: { id: one!.id } } },
          { state: 'succeeded', runs: 1, stdout: 'a\nB\nc\n', is_cut: false },
          { state: 'failed', runs: 1, stdout: 'no\n' },
        ],
        other_groups: 0,
        other_runs: 0,
      });
      expect(outcomes.groups[1].diff).toContain('-b\n+B\n');
      const firstOnly = await admin('jobs_outcomes', { params: { id: made.id }, query: { limit: 1 } });
      expect(firstOnly.json).toMatchObject({ other_groups: 2, other_runs: 2 });

      const runsOf = async (query: Record<string, string | number>) =>
        (await admin('jobs_runs', { params: { id: made.id }, query })).json;
      const { state, outcome } = outcomes.groups[0];
      const page = await runsOf({ state, outcome, limit: 2 });
      expect(page.items.map(({ host }: { host: { id: number } }) => host.id)).toEqual([one!.id, two!.id]);
      const rest = await runsOf({ state, outcome, limit: 2, cursor: page.next });
      expect(rest.items.map(({ host }: { host: { id: number } }) => host.id)).toEqual([three!.id]);
      expect(rest.next).toBeNull();
      expect((await admin('runs_list', { query: { state: 'failed' } })).json.items).toHaveLength(1);
      expect((await admin('runs_list', { query: { host: one!.id } })).json.items).toHaveLength(1);
    });

    test('list jobs newest first, by kind, state, command and parent', async () => {
      const { admin, create, fleet, tend } = await begin({});
      const commandId = await fleet.define({ name: 'uptime' });
      const ids: string[] = [];
      for (const body of [
        { program: 'one' },
        { program: undefined, command: commandId },
        { program: 'three' },
      ]) {
        ids.push((await create(body)).id);
        fleet.pass(1_000);
      }
      await admin('jobs_stop', { params: { id: ids[0]! } });
      await tend();
      fleet.pass(1_000);
      const again = await admin('jobs_again', { params: { id: ids[0]! }, body: { which: 'missed' } });
      expect(again.json).toMatchObject({
        parent_id: ids[0],
        program: 'one',
        targets: 1,
        asked_targets: null,
      });
      const list = async (query: Record<string, string | number> = {}) =>
        (await admin('jobs_list', { query })).json;
      const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
      const all = [again.json.id, ids[2], ids[1], ids[0]];
      expect(idsOf(await list())).toEqual(all);
      const page = await list({ limit: 3 });
      expect([...idsOf(page), ...idsOf(await list({ limit: 3, cursor: page.next }))]).toEqual(all);
      expect(idsOf(await list({ state: 'stopped' }))).toEqual([ids[0]]);
      expect(idsOf(await list({ command: commandId }))).toEqual([ids[1]]);
      expect(idsOf(await list({ parent: ids[0]! }))).toEqual([again.json.id]);
      expect((await list({ kind: 'standing' })).items).toMatchObject([
        { kind: 'standing', name: 'uptime', counts: null, wire_number: commandId },
      ]);
    });

    test('stop a job: what waits is cancelled, what runs is asked to end, v1 cannot be told', async () => {
      const { admin, hosts, create, stored, storage, tables, tend, noted } = await begin(
        {},
        { channelKey: 'key' },
        {},
      );
      const [old, sealed, waiting] = hosts;
      const made = await create();
      const job = await stored(made);
      expect(await fetchJob(storage, job, old!.id)).toBe(true);
      const run = await tables.runs.ofHost(sealed!.id, job.wireNumber);
      await storage.decide('stopRun', { run: run!.id, now: 0, by: anna });
      const second = await create();
      const other = await stored(second);
      expect(await fetchJob(storage, other, old!.id)).toBe(true);
      const { json } = await admin('jobs_stop', { params: { id: second.id } });
      expect(json).toMatchObject({
        cancelled: 2,
        asked: 0,
        not_stoppable: 1,
        job: { state: 'stopped', ended_at: null, counts: { delivered: 1, cancelled: 2 } },
      });
      expect(await fetchJob(storage, other, waiting!.id)).toBe(false);
      expect(await tables.pending.ofHost(waiting!.id)).toEqual([job.wireNumber]);
      await postEnd(storage, other, old!.id, 'succeeded');
      await tend();
      expect(await stored(second)).toMatchObject({
        state: 'stopped',
        counts: { succeeded: 1, cancelled: 2 },
      });
      const again = await admin('jobs_stop', { params: { id: second.id } });
      expect(again).toMatchObject({ status: 409, json: { code: 'unsuitable_state' } });
      expect((await noted()).filter(({ action }) => action === 'job.stop')).toMatchObject([
        { subject: `job ${second.id}`, by: 'ada', after: { cancelled: 2 } },
      ]);
    });

    test('let nobody have a job that came too late for it', async () => {
      const { hosts, create, show, stored, storage, fleet, tend, end } = await begin({}, {});
      const made = await create({ expires_in_seconds: 10 });
      await end(made, hosts[0]!);
      fleet.pass(10_000);
      expect(await fetchJob(storage, await stored(made), hosts[1]!.id, fleet.mind.clock())).toBe(false);
      await tend();
      expect(await show(made)).toMatchObject({ state: 'ended', counts: { succeeded: 1, expired: 1 } });
      expect(await storage.tables.pending.ofHost(hosts[1]!.id)).toEqual([]);
    });

    test('run a job again on those that failed, were cut off, never got it, or all', async () => {
      const { admin, hosts, create, stored, storage, fleet, end, tables } = await begin({}, {}, {}, {});
      const [good, bad, lost, away] = hosts;
      const made = await create({ timeout_seconds: 5, expires_in_seconds: 120 });
      await end(made, good!);
      await end(made, bad!, 'failed');
      await fetchJob(storage, await stored(made), lost!.id, fleet.mind.clock());
      fleet.pass(119_000);
      await storage.decide('interruptOverdueRuns', { now: fleet.mind.clock(), limit: 10 });
      fleet.pass(1_000);
      await storage.decide('expireJobs', { now: fleet.mind.clock() });
      const hostsOf = async (which: string) => {
        const { json } = await admin('jobs_again', { params: { id: made.id }, body: { which } });
        const { wireNumber } = await stored(json);
        return tables.jobRuns.hostIds(wireNumber, ['queued'], null);
      };
      expect(await hostsOf('failed')).toEqual([bad!.id]);
      expect(await hostsOf('interrupted')).toEqual([lost!.id]);
      expect(await hostsOf('missed')).toEqual([away!.id]);
      expect(await hostsOf('all')).toEqual(hosts.map(({ id }) => id));
      const nothing = await create();
      const refused = await admin('jobs_again', { params: { id: nothing.id }, body: { which: 'failed' } });
      expect(refused).toMatchObject({ status: 422, json: { code: 'unsuitable_value' } });
    });

    test('run a job again in waves and up to as many failures as it had, unless told otherwise', async () => {
      const { admin, hosts, create, end } = await begin({}, {}, {}, {});
      const made = await create({ wave: 1, stop_after: 2 });
      for (const host of hosts.slice(0, 2)) await end(made, host, 'failed');
      const ask = { params: { id: made.id }, body: { which: 'missed' } } as const;
      const preview = await admin('jobs_preview', { body: { again: { job: made.id, which: 'missed' } } });
      const rules = { targets: 2, wave: 1, stop_after: 2 };
      expect(preview.json).toMatchObject(rules);
      expect((await admin('jobs_again', ask)).json).toMatchObject({ ...rules, state: 'open' });
      const otherwise = { ...ask, body: { ...ask.body, wave: '100%', stop_after: 1 } } as const;
      expect((await admin('jobs_again', otherwise)).json).toMatchObject({ wave: 2, stop_after: 1 });
    });

    test('run a standing command again as an ad-hoc job of what it says now', async () => {
      const { admin, hosts, fleet, tables, database } = await begin({});
      const commandId = await fleet.define({ name: 'uptime', program: 'print(1)' });
      const { jobId } = (await fleet.mind.definitions.current()).commands.get(commandId)!;
      const standing = { ...(await tables.jobs.byId(jobId))!, kind: 'ad_hoc' } as AdHocJob;
      await fetchJob(database.storage, standing, hosts[0]!.id);
      await postEnd(database.storage, standing, hosts[0]!.id, 'failed');
      const { json } = await admin('jobs_again', { params: { id: jobId }, body: { which: 'failed' } });
      expect(json).toMatchObject({
        kind: 'ad_hoc',
        parent_id: jobId,
        command: { id: commandId, revision: 1 },
        targets: 1,
      });
      expect((await admin('jobs_show', { params: { id: jobId } })).json).toMatchObject({
        kind: 'standing',
        counts: { failed: 1 },
        program: 'print(1)',
      });
    });

    test('cancel what waits, of some jobs or on some hosts, and can count it first', async () => {
      const { admin, hosts, create, show } = await begin({}, {});
      const [one, other] = [await create(), await create()];
      const cancel = async (body: object) => (await admin('jobs_cancel_waiting', { body })).json;
      const onFirst = { targets: { hosts: [hosts[0]!.name] } };
      expect(await cancel({ ...onFirst, dry_run: true })).toEqual({ runs: 2, jobs: 2 });
      expect(await cancel({ ...onFirst, jobs: [one.id] })).toEqual({ runs: 1, jobs: 1 });
      expect((await show(one)).counts).toMatchObject({ cancelled: 1, queued: 1 });
      expect(await cancel({})).toEqual({ runs: 3, jobs: 2 });
      expect((await show(other)).counts).toMatchObject({ cancelled: 2 });
    });

    test('show what a job would be, and for whom, secrets masked', async () => {
      const { admin, hosts, fleet, tables } = await begin(
        { name: 'a', channelKey: 'key' },
        { name: 'b', channelKey: 'key' },
        { name: 'old' },
      );
      await fleet.administer((all) =>
        all.settings.put({
          name: 'password',
          value: sealSetting(fleet.mind.masterKey, 'password', 'a-secret-value'),
          description: '',
          isSecret: true,
          isActive: true,
        }),
      );
      const body = {
        ...hello,
        interpreter: 'node',
        settings: ['password'],
        variables: { greeting: 'hello' },
        wave: '50%',
        limit: 1,
      };
      const { json, text } = await admin('jobs_preview', { body });
      expect(json).toMatchObject({
        targets: 2,
        never: 2,
        away: 0,
        needs_yes: false,
        unsuitable: [{ id: hosts[2]!.id, name: 'old' }],
        unsuitable_count: 1,
        wave: 1,
        sample: {
          host: { name: 'a' },
          interpreter: 'node',
          program: 'echo hello',
          settings: { password: '********' },
          variables: { greeting: 'hello' },
        },
        items: [{ name: 'a', presence: 'never', protocol: 'sealed' }],
      });
      expect(text).not.toContain('a-secret-value');
      const next = await admin('jobs_preview', { body: { ...body, cursor: json.next } });
      expect(next.json).toMatchObject({ items: [{ name: 'b' }], next: null });
      expect(await tables.jobs.list({ kind: 'ad_hoc', scope: null, limit: 10 })).toEqual([]);
    });

    test('refuse what cannot be meant', async () => {
      const { admin } = await begin({});
      for (const [body, code] of [
        [{ program: 'x', command: 1 }, 'invalid_request'],
        [{}, 'invalid_request'],
        [{ command: 99 }, 'not_found'],
        [{ command: 1, settings: ['x'] }, 'invalid_request'],
        [{ program: 'x', settings: ['nothing'] }, 'unsuitable_value'],
        [{ program: 'x', output_variables: [9] }, 'unsuitable_value'],
        [{ program: 'x', targets: { where: 'os=' } }, 'invalid_filter'],
        [{ program: 'x', targets: { hosts: ['nobody'] } }, 'unknown_host'],
        [{ program: 'x', wave: '0%' }, 'invalid_request'],
      ] as const) {
        const answer = await admin('jobs_create', { body: { targets: hello.targets, ...body } });
        expect([body, answer.json.code]).toEqual([body, code]);
      }
    });

    test('say in words what a number, a share or a list should be', async () => {
      const { admin } = await begin({});
      const told = async (more: object) =>
        (await admin('jobs_create', { body: { ...hello, ...more } as typeof hello })).json.detail;
      expect(await told({ timeout_seconds: 0 })).toBe('"timeout_seconds" must be more than 0.');
      expect(await told({ wave: '0%' })).toBe('"wave" must be a share from 1% to 100%.');
      expect(await told({ wave: 0 })).toBe('"wave" must be at least 1.');
      expect(await told({ wave: true })).toBe('"wave" must be a whole number or a text.');
      expect(await told({ variables: { a: {} } })).toBe('"variables.a.variable" is missing.');
    });

    test('show what a run printed in pieces, and each stream byte for byte', async () => {
      const { admin, create, hosts, stored, storage, database, tables } = await begin({});
      const made = await create();
      const job = await stored(made);
      await fetchJob(storage, job, hosts[0]!.id);
      const run = (await tables.runs.ofHost(hosts[0]!.id, job.wireNumber))!;
      await database.write(async ({ outputs, runs }) => {
        await outputs.addChunk(run.number, 'stdout', 0, Buffer.from('grüße\n'));
        await outputs.addChunk(run.number, 'stdout', 1, Buffer.from([0xff, 0xfe]));
        await outputs.addChunk(run.number, 'stderr', 2, Buffer.from('oh\n'));
        await runs.change(run.number, { result: '["ok"]' });
      });
      const output = async (query = {}) =>
        (await admin('runs_output', { params: { id: run.id }, query })).json;
      expect(await output()).toMatchObject({
        state: 'delivered',
        chunks: [
          { stream: 'stdout', chunk: 0, text: 'grüße\n' },
          { stream: 'stdout', chunk: 1, base64: '//4=' },
          { stream: 'stderr', chunk: 2, text: 'oh\n' },
        ],
        next: null,
      });
      const { chunks } = await output({ after: 0 });
      expect(chunks.map(({ offset }: { offset: number }) => offset)).toEqual([8, 0]);
      const stream = async (name: string) =>
        (await admin('runs_stream', { params: { id: run.id, stream: name } })).text;
      expect(await stream('stderr')).toBe('oh\n');
      expect(await stream('result')).toBe('["ok"]');
      expect((await admin('runs_show', { params: { id: run.id } })).json).toMatchObject({
        id: run.id,
        inputs: { settings: {}, variables: {} },
        signed: null,
      });
    });

    test('show those whose rights are narrowed their hosts alone, and stop nothing else', async () => {
      const { as, create, tables, show, database } = await begin(
        { groups: ['All hosts', 'Mine'] },
        { groups: ['All hosts', 'Theirs'] },
        { groups: ['All hosts', 'Theirs'] },
      );
      const idOf = async (name: string) => (await tables.hostsGroups.byName(name))!.id;
      const mine = await as('nina', 'operator', [await idOf('Mine')]);
      const made = await create();
      const params = { id: made.id };
      expect((await mine('jobs_show', { params })).json).toMatchObject({
        targets: 1,
        counts: { queued: 1 },
        asked_targets: null,
      });
      expect((await mine('jobs_list')).json.items).toMatchObject([{ id: made.id, targets: 1 }]);
      expect((await mine('jobs_runs', { params })).json.items).toHaveLength(1);
      expect((await mine('jobs_stop', { params })).json).toMatchObject({
        cancelled: 1,
        job: { state: 'ended', counts: { cancelled: 1, queued: 0 } },
      });
      expect(await show(made)).toMatchObject({ state: 'open', counts: { cancelled: 1, queued: 2 } });

      const theirs = await create({ targets: { hosts_groups: ['Theirs'] } });
      expect((await mine('jobs_show', { params: { id: theirs.id } })).status).toBe(404);
      const again = await mine('jobs_again', { params: { id: theirs.id }, body: { which: 'all' } });
      expect(again.status).toBe(404);
      expect((await mine('jobs_list')).json.items).toHaveLength(1);
      const [run] = await database.storage.tables.jobRuns.page(theirs.wire_number, { scope: null, limit: 1 });
      expect((await mine('runs_show', { params: { id: run!.id } })).status).toBe(404);
    });
  });
});
