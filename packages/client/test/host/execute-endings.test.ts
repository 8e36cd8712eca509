import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { readProcess } from '../../src/host/process-table.ts';
import { executesHere, fixture, seen } from './execute-here.ts';
import { until } from './until.ts';

const here = executesHere();
const isAlive = (pid: number) => readProcess(pid)?.isZombie === false;
const pidsIn = (path: string) =>
  existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean).map(Number) : [];

/** Executes a fixture that writes down the pids of all its processes, and lets it time out. */
async function timeOut(name: string, processes: number, more = {}) {
  const pidsPath = here.scratch('pids');
  const outcome = await here.execute({
    interpreter: name.endsWith('.py') ? 'python' : 'bash',
    program: fixture(name),
    variables: { pids: pidsPath },
    timeoutSeconds: 1,
    graceSeconds: name.startsWith('starts-another') ? 1 : 0.3,
    ...more,
  });
  const pids = pidsIn(pidsPath);
  expect(pids).toHaveLength(processes);
  return { outcome, living: pids.filter(isAlive) };
}

describe('a time-out is reported, once, and the whole process tree is killed', () => {
  test.each([
    ['sleeps.py', 1],
    ['has-children-and-grandchildren.sh', 3],
    ['ignores-term.py', 1],
    ['has-children-that-ignore-term.sh', 3],
    ['has-children-that-leave-the-group.py', 3],
    ['has-a-stopped-child.sh', 2],
    ['has-a-child-that-cut-itself-loose.sh', 2],
    ['starts-another-when-told-to-end.sh', 2],
  ])('%s', async (name, processes) => {
    const { outcome, living } = await timeOut(name, processes);
    expect(living).toEqual([]);
    expect(outcome.resultText).toBeUndefined();
    expect(outcome).toMatchObject({
      ending: 'timed_out',
      sentence: 'The program was ended after 1 s, its time limit.',
    });
    expect(outcome.durationMs).toBeLessThan(5000);
  });

  test('what was printed before is kept', async () => {
    const { outcome } = await timeOut('prints-and-sleeps.py', 1);
    expect(outcome.stdout.toString()).toBe('before\n');
  });

  test('a program that tidies up when it is told to end has the time of grace for it', async () => {
    const { outcome } = await timeOut('tidies-up.sh', 1, { graceSeconds: 10 });
    expect(seen(outcome)).toMatchObject({ ending: 'timed_out', exitCode: 7, stdout: 'tidied up\n' });
    expect(outcome.durationMs).toBeLessThan(8000);
  });

  test('a result that was there already is not taken for that of a whole run', async () => {
    const program = 'echo "[1]" > "$REMOTES_RESULT"; sleep 100';
    const outcome = await here.execute({
      interpreter: 'sh',
      program,
      timeoutSeconds: 0.3,
      graceSeconds: 0.3,
    });
    expect(seen(outcome)).toMatchObject({ ending: 'timed_out', resultText: undefined });
  });
});

describe('a program that is stopped', () => {
  test('its whole tree is killed, and it is said to have been stopped', async () => {
    const stop = new AbortController();
    const pidsPath = here.scratch('pids');
    const running = here.execute({
      interpreter: 'bash',
      program: fixture('has-children-that-ignore-term.sh'),
      variables: { pids: pidsPath },
      graceSeconds: 0.2,
      signal: stop.signal,
    });
    await until('all three processes run', () => pidsIn(pidsPath).length === 3);
    stop.abort();
    expect(await running).toMatchObject({
      ending: 'stopped',
      sentence: expect.stringMatching(/told to stop\.$/),
    });
    expect(pidsIn(pidsPath).filter(isAlive)).toEqual([]);
  });

  test('a child that cut itself loose from it is killed too', async () => {
    const stop = new AbortController();
    const pidsPath = here.scratch('pids');
    const running = here.execute({
      interpreter: 'bash',
      program: fixture('has-a-child-that-cut-itself-loose.sh'),
      variables: { pids: pidsPath },
      graceSeconds: 0.2,
      signal: stop.signal,
    });
    await until('both processes run', () => pidsIn(pidsPath).length === 2);
    stop.abort();
    expect(await running).toMatchObject({ ending: 'stopped' });
    expect(pidsIn(pidsPath).filter(isAlive)).toEqual([]);
  });

  test('what another run left behind on purpose is not', async () => {
    const left = await here.execute({
      interpreter: 'bash',
      program: '(setsid sleep 100 > /dev/null 2>&1 & echo $!)',
    });
    const pid = Number(left.stdout.toString());
    const outcome = await here.execute({ interpreter: 'sh', program: 'sleep 100', timeoutSeconds: 0.3 });
    expect(outcome).toMatchObject({ ending: 'timed_out' });
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until('the process is gone', () => !isAlive(pid));
  });

  test('it does not start at all when the client is stopping already', async () => {
    const program = `touch ${here.scratch('started')}`;
    const outcome = await here.execute({ interpreter: 'sh', program, signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ ending: 'stopped', sentence: expect.any(String) });
    expect(existsSync(here.scratch('started'))).toBe(false);
  });
});

describe('a program that leaves others running', () => {
  test.each([
    ['in the background', 'sleep 100 & echo $!'],
    ['in the background, printing without end', 'yes & echo $!'],
    ['as a daemon', 'setsid sleep 100 > /dev/null 2>&1 & echo $!'],
    ['as a daemon that nobody leads to', '(setsid sleep 100 > /dev/null 2>&1 & echo $!)'],
    ['protected from hanging up', 'nohup sleep 100 > /dev/null 2>&1 & echo $!'],
  ])('%s ends all the same, and kills none of them', async (_how, program) => {
    const outcome = await here.execute({ interpreter: 'bash', program });
    expect(outcome).toMatchObject({ ending: 'exited', exitCode: 0 });
    expect(outcome.durationMs).toBeLessThan(5000);
    const pid = Number(/\d+/.exec(outcome.stdout.toString())?.[0]);
    // Where nobody reads any more, whoever goes on printing is ended by that.
    expect(isAlive(pid) || program.startsWith('yes')).toBe(true);
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await until('the process is gone', () => !isAlive(pid));
  });
});

describe('a missing interpreter is reported in a sentence, and nothing is left behind', () => {
  test.each([
    ['python', 'python or python3'],
    ['bash', 'bash'],
    ['sh', 'sh'],
    ['powershell', 'pwsh or powershell'],
  ] as const)('%s', async (interpreter, names) => {
    vi.stubEnv('PATH', here.scratch('.'));
    expect(await here.execute({ interpreter, program: '', pythonPath: undefined })).toMatchObject({
      ending: 'not_started',
      reason: 'interpreter_missing',
      sentence: `This host has no ${names} that can be run.`,
    });
  });

  test.each(['/nonexistent/python', '/etc/passwd', '/', 'a\0b', 'x'.repeat(10_000)])(
    'a Python named %j',
    async (pythonPath) => {
      const outcome = await here.execute({ interpreter: 'python', program: '', pythonPath });
      expect(outcome).toMatchObject({ ending: 'not_started', reason: 'interpreter_missing' });
      expect(outcome.sentence).toMatch(/that can be run( \([A-Z_]+\))?\.$/);
    },
  );

  test('an interpreter that this client does not know', async () => {
    const order = { interpreter: 'constructor' as 'sh', program: '' };
    expect(await here.execute(order)).toMatchObject({ ending: 'not_started', reason: 'interpreter_missing' });
  });

  test('node is never missing: the client runs on one', async () => {
    vi.stubEnv('PATH', here.scratch('.'));
    expect(await here.execute({ interpreter: 'node', program: '' })).toMatchObject({ exitCode: 0 });
  });
});

test('a temporary folder that can’t be made is reported in a sentence', async () => {
  expect(
    await here.execute({ interpreter: 'sh', program: '', temporaryFolder: '/nonexistent' }),
  ).toMatchObject({
    ending: 'not_started',
    reason: 'machine_refused',
    sentence: expect.stringContaining('ENOENT'),
  });
});
