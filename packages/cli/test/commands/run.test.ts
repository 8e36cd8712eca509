import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunCounts } from '@remotes/protocol/operators/job-view';
import { describe, expect, test } from 'vitest';
import { startFakeApi } from '../fake-api.ts';
import { fakeJob, fakePreview, fakeRun, jobHandlers, jobId, printingHandlers } from '../fake-job.ts';
import { createCli } from '../run-cli.ts';

const onWeb = ['run', '-g', 'web', '--', 'uname'];

describe('remotes run', () => {
  test.each([
    [0, { succeeded: 3 }, {}],
    [1, { succeeded: 2, failed: 1 }, {}],
    [1, { succeeded: 2, timed_out: 1 }, {}],
    [1, { interrupted: 3 }, {}],
    [1, { stopped: 3 }, {}],
    [3, { succeeded: 2, refused: 1 }, {}],
    [3, { failed: 1, cancelled: 2 }, { state: 'halted', stop_after: 1 }],
    [3, { succeeded: 1, cancelled: 2 }, { state: 'stopped' }],
    [4, { succeeded: 2, expired: 1 }, {}],
  ] as const)('ends with %i when its runs are %j', async (status, counts: Partial<RunCounts>, more) => {
    const api = await startFakeApi(jobHandlers(counts, more));
    expect(await createCli(api.env).run(onWeb)).toMatchObject({ code: status });
    expect(api.faults).toEqual([]);
  });

  test('ends with 4 when it is waited for no longer, and says who is not done and how to go on', async () => {
    const waiting = { items: [fakeRun({ state: 'queued', host: { id: 2, name: 'web2' } })], next: null };
    const handlers = {
      ...jobHandlers({ succeeded: 2, queued: 1 }, { state: 'open' }),
      jobs_runs: () => waiting,
    };
    const api = await startFakeApi(handlers);
    const { code, stderr } = await createCli(api.env).run([
      'run',
      '-g',
      'web',
      '--wait-seconds',
      '1',
      '--',
      'x',
    ]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/3 hosts: 2 succeeded, 1 waiting, after 1\.\d s/);
    expect(stderr).toContain(`Not done yet: web2\nTo watch on: remotes jobs watch ${jobId}\n`);
  });

  test('looks again and again where no events come, and says what came back, alike answers together', async () => {
    const looks = [{ queued: 3 }, { running: 1, succeeded: 2 }, { succeeded: 3 }];
    const group = { state: 'succeeded', outcome: 'a', is_cut: false, stderr: '' } as const;
    const api = await startFakeApi({
      ...jobHandlers({}),
      jobs_show: () => fakeJob((looks.length > 1 ? looks.shift() : looks[0]) ?? {}),
      jobs_outcomes: () => ({
        groups: [
          { ...group, runs: 987, sample: fakeRun(), stdout: 'A\n', diff: null },
          {
            ...group,
            runs: 1,
            sample: fakeRun({ exit_code: 1, state: 'failed', host: { id: 2, name: 'web2' } }),
            stdout: 'B\n',
            diff: '@@ -1 +1 @@\n-A\n+B\n',
          },
          { ...group, runs: 1, sample: fakeRun({ result: '[1]' }), stdout: 'A\n', diff: null },
        ],
        other_groups: 2,
        other_runs: 11,
      }),
    });
    const { code, stdout } = await createCli(api.env).run(onWeb);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "987 hosts · succeeded · web1, …
      A

      1 host · failed, exit status 1 · web2
      @@ -1 +1 @@
      -A
      +B

      1 host · succeeded · web1
      (printed the same)
      = [1]

      2 other outcomes of 11 hosts: remotes jobs runs 019a7c3e-5a8e-7cc1-b2a5-1f0e6e1d2c3b
      "
    `);
    expect(api.asked.filter(({ route }) => route === 'jobs_show').length).toBeGreaterThan(3);
  });

  test('--follow shows whole lines as they come in a pipe too, byte for byte, and how it ended is told once', async () => {
    const group = {
      state: 'failed',
      outcome: 'a',
      is_cut: false,
      stdout: 'x',
      stderr: '',
      diff: null,
    } as const;
    const failed = (name: string) => fakeRun({ state: 'failed', exit_code: 1, host: { id: 1, name } });
    const printing = printingHandlers(
      ['web1', 'db2 \u001b[2J'],
      [
        { web1: [['stdout', '1\n2']] },
        {
          web1: [
            ['stdout', '1\n2'],
            ['stderr', 'oh \u001b[1m\n'],
            ['stdout', '2\n'],
          ],
        },
        {
          web1: [
            ['stdout', '1\n2'],
            ['stderr', 'oh \u001b[1m\n'],
            ['stdout', '2\nend'],
          ],
        },
      ],
      { failed: 2 },
    );
    const api = await startFakeApi({
      ...printing,
      jobs_outcomes: () => ({
        groups: [
          { ...group, runs: 1, sample: failed('web1') },
          { ...group, runs: 1, sample: failed('db2') },
        ],
        other_groups: 0,
        other_runs: 0,
      }),
    });
    const { code, stdout } = await createCli(api.env).run(['run', '-g', 'web', '--follow', '--', 'x']);
    expect(code).toBe(1);
    expect(stdout).toBe(
      'web1     | 1\nweb1     ! oh \u001b[1m\nweb1     | 22\nweb1     | end\n' +
        '2 hosts · failed, exit status 1 · web1, db2\n',
    );
  });

  test.each([
    ['--follow', '--json'],
    ['--follow', '-o', 'wide'],
    ['--follow', '--no-follow'],
    ['--wait-seconds', 'soon'],
  ])('refuses %s %s before anything was done', async (...options) => {
    const api = await startFakeApi(jobHandlers({ succeeded: 3 }));
    expect(await createCli(api.env).run(['run', '-g', 'web', ...options, '--', 'x'])).toMatchObject({
      code: 2,
    });
    expect(api.asked).toEqual([]);
  });

  test('waits for a server that starts anew, says so, and names the job when it waits no longer', async () => {
    let absences = 1;
    const api = await startFakeApi({
      ...jobHandlers({ succeeded: 3 }),
      jobs_show: () => (absences-- > 0 ? { code: 'unavailable' } : fakeJob({ succeeded: 3 })),
    });
    const cli = createCli(api.env);
    const { code, stderr } = await cli.run(onWeb);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/busy\. It is asked again until it answers\.\n3 hosts: 3 succeeded/),
    });
    absences = Number.POSITIVE_INFINITY;
    const left = await cli.run(['run', '-g', 'web', '--wait-seconds', '1', '--', 'uname']);
    expect(left).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`The job was made. To watch on: remotes jobs watch ${jobId}\n`),
    });
  });

  test('asks for the job once however often it says so: with one Idempotency-Key', async () => {
    let attempts = 0;
    const api = await startFakeApi({
      ...jobHandlers({ succeeded: 3 }),
      jobs_create() {
        attempts += 1;
        if (attempts === 1) return { code: 'too_many_requests', retryAfter: 0 };
        if (attempts === 2) return { write: (response) => response.destroy() };
        return fakeJob({ succeeded: 3 });
      },
    });
    expect(await createCli(api.env).run(onWeb)).toMatchObject({ code: 0 });
    const keys = api.asked
      .filter(({ route }) => route === 'jobs_create')
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('runs on no more hosts than were agreed to: without a terminal it wants --yes', async () => {
    const api = await startFakeApi({
      ...jobHandlers({ succeeded: 57 }),
      jobs_preview: () => fakePreview({ targets: 57, needs_yes: true }),
    });
    const cli = createCli(api.env);
    expect(await cli.run(onWeb)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Nothing was done. To run it on 57 hosts, repeat it with --yes 57.'),
    });
    expect(api.asked.map(({ route }) => route)).not.toContain('jobs_create');
    expect(await cli.run(['run', '-g', 'web', '--yes', '57', '--', 'uname'])).toMatchObject({ code: 0 });
    expect(api.asked.find(({ route }) => route === 'jobs_create')?.body).toMatchObject({ yes: 57 });
  });

  test('asks a server that went away in the midst of an answer what became of the job, with the same key', async () => {
    const keys: unknown[] = [];
    const server = createServer();
    const awayMs = 700;
    const leave = (response: ServerResponse) => {
      const { port } = server.address() as AddressInfo;
      response.destroy();
      server.close(() => setTimeout(() => server.listen(port, '127.0.0.1'), awayMs));
      server.closeAllConnections();
    };
    const api = await startFakeApi(
      {
        ...jobHandlers({ succeeded: 3 }),
        jobs_create({ headers }) {
          keys.push(headers['idempotency-key']);
          return keys.length === 1 ? { write: leave } : fakeJob({ succeeded: 3 });
        },
      },
      (listener) => server.on('request', listener),
    );
    expect(await createCli(api.env).run(onWeb)).toMatchObject({ code: 0 });
    expect(keys).toEqual([keys[0], keys[0]]);
  });

  test('a host that cannot be given it is told with the reason, not as one that nobody meant', async () => {
    const reason = "it speaks v1, and powershell needs Remotes' own protocol";
    const unsuitable = [{ id: 1, name: 'pyv1', reason }];
    const nobody = { targets: 0, items: [] };
    const found = [fakePreview({ ...nobody, unsuitable, unsuitable_count: 1 }), fakePreview(nobody)];
    const api = await startFakeApi({ jobs_preview: () => found.shift() ?? fakePreview() });
    const cli = createCli(api.env);
    expect(await cli.run(['run', '-H', 'pyv1', '--interpreter', 'powershell', '--', 'x'])).toMatchObject({
      code: 3,
      stderr: `1 host cannot be given it: pyv1 (${reason}).\nNothing was done.\n`,
    });
    expect(await cli.run(['run', '-g', 'web', '--', 'x'])).toMatchObject({
      code: 3,
      stderr: 'No verified host is meant.\nNothing was done.\n',
    });
  });

  test('says the number when the server wants another one', async () => {
    const api = await startFakeApi({
      ...jobHandlers({}),
      jobs_create: () => ({ code: 'needs_yes', hosts: 58 }),
    });
    expect(await createCli(api.env).run(onWeb)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('To go ahead, repeat it with --yes 58.'),
    });
  });

  test('passes on targets, rules and inputs as they were given', async () => {
    const api = await startFakeApi(jobHandlers({ succeeded: 3 }));
    const args = [
      '-g',
      'web',
      '-g',
      'db',
      '-H',
      'a,b',
      '-w',
      'os=linux',
      '--wave',
      '10%',
      '--stop-after',
      '5',
    ];
    const more = [
      '--timeout',
      '30m',
      '--expires',
      '7d',
      '--setting',
      'key',
      '--variable',
      'a=b=c',
      '--skip-unsuitable',
      '--no-wait',
    ];
    expect(await createCli(api.env).run(['run', ...args, ...more, '--', 'echo', 'a b'])).toMatchObject({
      code: 0,
      stdout: `${jobId}\n`,
    });
    expect(api.faults).toEqual([]);
    expect(api.asked.at(-1)?.body).toEqual({
      program: "echo 'a b'",
      interpreter: 'auto',
      targets: { hosts: ['a,b'], hosts_groups: ['web', 'db'], where: 'os=linux' },
      wave: '10%',
      stop_after: 5,
      timeout_seconds: 1800,
      expires_in_seconds: 604_800,
      settings: ['key'],
      variables: { a: 'b=c' },
      skip_unsuitable: true,
    });
  });

  test('hands over what is stored of each host, and saves to variables what comes back', async () => {
    const variable = (id: number, category: string, name: string) => ({
      ...{ id, category, name },
      ...{ read_by: [], saved_by: [] },
    });
    const known = [variable(3, 'net', 'zone'), variable(4, 'os', 'zone'), variable(5, 'os', 'kernel')];
    const api = await startFakeApi({
      ...jobHandlers({ succeeded: 3 }),
      variables_list: () => ({ items: known, next: null }),
    });
    const cli = createCli(api.env);
    const variables = ['--variable', 'os/zone', '--variable', 'kernel', '--output-variable', 'os/kernel'];
    const program = ['--no-wait', '--', 'uname'];
    expect(await cli.run(['run', '-g', 'web', ...variables, ...program])).toMatchObject({ code: 0 });
    expect(api.faults).toEqual([]);
    expect(api.asked.at(-1)?.body).toMatchObject({
      variables: { zone: { variable: 4 }, kernel: { variable: 5 } },
      output_variables: [5],
    });
    expect(await cli.run(['run', '-g', 'web', '--variable', 'zone', ...program])).toMatchObject({
      code: 3,
      stderr: 'Several variables are called "zone": net/zone, os/zone.\n',
    });
    expect(await cli.run(['run', '-g', 'web', '--variable', '=x', ...program])).toMatchObject({ code: 2 });
  });

  test('a dry run shows the hosts and the exact text for one of them, and makes nothing', async () => {
    const sample = {
      host: { id: 1, name: 'web1' },
      interpreter: 'sh',
      timeout_seconds: 60,
      program: 'echo "\u001b[2J"\n',
      settings: { key: 'v' },
      variables: { 'a/b': null },
    } as const;
    const api = await startFakeApi({ jobs_preview: () => fakePreview({ away: 1, sample }) });
    const { code, stdout, stderr } = await createCli(api.env).run([
      'run',
      '-g',
      'web',
      '--dry-run',
      '--',
      'x',
    ]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      '"uname" on 3 hosts: web1, web2, web3\n1 of them is away: it gets it on coming back.\n',
    );
    expect(stdout).toMatchInlineSnapshot(`
      "ID  HOST  PRESENCE  PROTOCOL
      1   web1  online    sealed
      2   web2  online    sealed
      3   web3  online    sealed

      web1 would run this with sh, for 60 s at most:
      echo "␛[2J"
      setting key = v
      variable a/b = (no value)
      "
    `);
    expect(new Set(api.asked.map(({ route }) => route))).toEqual(new Set(['jobs_preview']));
  });

  test('-o csv is a line a run; --json one object', async () => {
    const api = await startFakeApi({
      ...jobHandlers({ succeeded: 1 }),
      jobs_runs: () => ({ items: [fakeRun()], next: null }),
    });
    const cli = createCli(api.env);
    const csv = (await cli.run(['run', '-g', 'web', '-o', 'csv', '--', 'x'])).stdout.split('\r\n');
    expect(csv[0]).toBe('run,time,host,command,state,exit,took,reason,bytes,attempt,job');
    expect(csv[1]).toMatch(/,web1,uname,succeeded,0,/);
    expect(JSON.parse((await cli.run(['run', '-g', 'web', '--json', '--', 'x'])).stdout)).toMatchObject({
      job: { id: jobId },
      groups: [],
    });
  });
});
