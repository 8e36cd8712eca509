import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startFakeApi } from './fake-api.ts';
import { fakeJob, fakePreview, fakeRun, jobHandlers, jobId, printingHandlers } from './fake-job.ts';
import { type Cli, createCli } from './run-cli.ts';

/** util-linux's script gives a program a terminal. Without a name it would keep what it saw in a file `typescript`. */
const underTerminal = (line: string) => ['script', '-qec', line, '/dev/null'];
const hasTerminal = spawnSync('script', underTerminal('true').slice(1)).status === 0;

function onTerminal(cli: Cli, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const running = cli.start(args, { under: underTerminal, env: { TERM: 'xterm', ...env } });
  return { ...running, type: (text: string) => running.child.stdin?.write(text) };
}

describe.skipIf(!hasTerminal && !process.env.CI)('on a terminal', () => {
  test('whoever is asked and says no has done nothing; who says yes agrees to this very number', async () => {
    const preview = fakePreview({ targets: 57, needs_yes: true });
    const api = await startFakeApi({ ...jobHandlers({ succeeded: 57 }), jobs_preview: () => preview });
    for (const [answer, code] of [
      ['n', 3],
      ['y', 0],
    ] as const) {
      const cli = onTerminal(createCli(api.env), ['run', '-g', 'web', '--', 'uname']);
      await cli.says(/Run it on 57 hosts\? \[y\/N\] /);
      cli.type(`${answer}\r`);
      expect(await cli.ended).toMatchObject({ code });
    }
    const made = api.asked.filter(({ route }) => route === 'jobs_create');
    expect(made.map(({ body }) => body.yes)).toEqual([57]);
  });

  test('a change that reaches many hosts is asked about in the words of the server', async () => {
    const host = { id: 1, name: 'web1', state: 'disabled' } as const;
    const api = await startFakeApi({
      hosts_list: () => ({ items: [], next: null }),
      hosts_groups_list: () => ({
        items: [{ id: 2, name: 'web', is_active: true, hosts: 57 }],
        next: null,
      }),
      hosts_remove: ({ body }) =>
        body.yes === 57
          ? { is_dry_run: false, changed: [host], unchanged: [], will_run_on_hosts: 0 }
          : { code: 'needs_yes', hosts: 57, detail: 'These 57 hosts go for good.' },
    });
    const cli = onTerminal(createCli(api.env), ['hosts', 'remove', '-g', 'web']);
    await cli.says(/These 57 hosts go for good\. Go ahead\? \[y\/N\] /);
    cli.type('y\r');
    expect(await cli.ended).toMatchObject({ code: 0 });
  });

  test('a list is as wide as the terminal: names are cut, ids and counts are not', async () => {
    const { program, settings, variables, output_variables, asked_targets, ...job } = fakeJob({
      succeeded: 987,
      failed: 13,
    });
    const api = await startFakeApi({
      jobs_list: () => ({ items: [{ ...job, name: 'apt-get update && apt-get upgrade --yes' }], next: null }),
    });
    const cli = createCli(api.env);
    const see = async (width: number) => {
      const under = (line: string) => underTerminal(`stty cols ${width}; ${line}`);
      return (
        (await cli.start(['jobs'], { under, env: { TERM: 'xterm' } }).ended).stdout.split('\r\n')[1] ?? ''
      );
    };
    const usual = await see(100);
    expect(usual.length).toBeLessThanOrEqual(100);
    expect(usual).toMatch(/ 987 succeeded, 13 failed {2}apt-get upd.*…$/);
    const narrow = await see(80);
    expect(narrow).toContain(`${jobId}  `);
    expect(narrow).toMatch(/ 987 succeeded, 13 failed {2}apt-get…$/);
  });

  test('the line that tells how far a job is fits the terminal', async () => {
    const job = fakeJob({ succeeded: 987, failed: 12, running: 1 }, { state: 'open' });
    const api = await startFakeApi({ ...jobHandlers({}), jobs_show: () => job });
    const under = (line: string) => underTerminal(`stty cols 40; ${line}`);
    const watching = createCli(api.env).start(['jobs', 'watch', jobId, '--wait-seconds', '1'], {
      under,
      env: { TERM: 'xterm' },
    });
    const { stdout } = await watching.ended;
    expect(stdout).toMatch(/0\.\d s {2}999 of 1000 done: 987 succe.*…\r/);
  });

  test('Ctrl-C asks; a job that is stopped ends with 130, and so does one that is left', async () => {
    let isStopped = false;
    const running = fakeJob({ running: 3 }, { state: 'open' });
    const api = await startFakeApi({
      ...jobHandlers({}),
      jobs_show: () => (isStopped ? fakeJob({ stopped: 3 }, { state: 'stopped' }) : running),
      jobs_stop() {
        isStopped = true;
        return { cancelled: 0, asked: 3, not_stoppable: 0, job: running };
      },
    });
    const left = onTerminal(createCli(api.env), ['run', '-g', 'web', '--', 'uname']);
    await left.says(/3 running/);
    left.type('\u0003');
    await left.says(/\[l\/s\/W\] /);
    left.type('\u0003');
    expect(await left.ended).toMatchObject({ code: 130 });
    expect(isStopped).toBe(false);

    const stopped = onTerminal(createCli(api.env), ['run', '-g', 'web', '--', 'uname']);
    await stopped.says(/3 running/);
    stopped.type('\u0003');
    await stopped.says(/\[l\/s\/W\] /);
    stopped.type('s\r');
    expect(await stopped.ended).toMatchObject({
      code: 130,
      stdout: expect.stringContaining('3 asked to end'),
    });
  });

  test('what a few hosts print is shown as it comes, above the line that tells how far they are, and steers nothing', async () => {
    const first = { web1: [['stdout', '1\n']] } as const;
    const more = {
      web1: [...first.web1, ['stdout', 'a\u001b[2Jb\r\n'], ['stderr', 'oh\n']],
      web2: [['stdout', 'no end']],
    } as const;
    const api = await startFakeApi(printingHandlers(['web1', 'web2'], [first, more, more]));
    const see = async (...options: string[]) =>
      (await onTerminal(createCli(api.env), ['run', '-g', 'web', ...options, '--', 'x']).ended).stdout;
    const shown = (await see()).replaceAll('\u001b', '~');
    expect(shown).toMatch(/~\[K0\.\d s {2}0 of 2 done: 2 running\r~\[K~\[36mweb1 \|~\[0m 1\r\n/);
    expect(shown).toContain('web1 |~[0m a␛[2Jb\r\n');
    expect(shown).toContain('~[33mweb1 !~[0m ~[33moh~[0m\r\n');
    expect(shown).toContain('web2 |~[0m no end\r\n');
    expect(shown).toMatch(/K2 hosts: 2 succeeded, after /);
    expect(await see('--no-follow')).not.toContain('web1 |');
    expect(await see('--raw')).toContain('a\u001b[2Jb');
  });

  test('of more hosts than one can watch, only how far they are is shown as it comes', async () => {
    const api = await startFakeApi(jobHandlers({ succeeded: 21 }));
    await onTerminal(createCli(api.env), ['run', '-g', 'web', '--', 'x']).ended;
    const routes = api.asked.map(({ route }) => route);
    expect(routes).not.toContain('jobs_runs');
    expect(routes).not.toContain('runs_output');
    expect(routes).toContain('jobs_outcomes');
  });

  test('what hosts printed steers nothing, unless it is wanted raw; colours give way to NO_COLOR', async () => {
    const sample = fakeRun();
    const group = {
      state: 'succeeded',
      outcome: 'a',
      runs: 3,
      sample,
      stderr: '',
      is_cut: false,
      diff: null,
    } as const;
    const api = await startFakeApi({
      ...jobHandlers({ succeeded: 3 }),
      jobs_outcomes: () => ({
        groups: [{ ...group, stdout: 'x\u001b[2Jy\n' }],
        other_groups: 0,
        other_runs: 0,
      }),
    });
    const see = async (args: readonly string[], env?: Readonly<Record<string, string>>) =>
      (await onTerminal(createCli(api.env), ['jobs', 'outcomes', sample.job_id, ...args], env).ended).stdout;
    expect(await see([])).toContain('\u001b[32m3 hosts');
    expect(await see([])).toContain('x␛[2Jy');
    expect(await see(['--raw'])).toContain('x\u001b[2Jy');
    expect(await see([], { NO_COLOR: '1' })).not.toContain('\u001b[32m');
  });

  test('nothing that was shown is kept in a file', async () => {
    const cli = createCli();
    expect(await onTerminal(cli, ['--version']).ended).toMatchObject({ code: 0 });
    expect(readdirSync(cli.folder)).toEqual([]);
  });

  test('a password is shown nowhere', async () => {
    const api = await startFakeApi({ session_create: () => ({ code: 'sign_in_failed' }) });
    const cli = onTerminal(createCli(), ['login', api.url, '--name', 'ada']);
    await cli.says(/Password of ada: /);
    cli.type('tell nobody\r');
    const { code, stdout } = await cli.ended;
    expect(code).toBe(3);
    expect(stdout).not.toContain('tell nobody');
    expect(api.asked[0]?.body.password).toBe('tell nobody');
  });
});
