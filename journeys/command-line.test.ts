import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type EmptyDatabase } from '../packages/server/test/databases.ts';
import { runClient, startClient } from './client-process.ts';
import { enrolHost, writeSettings } from './enrolled-host.ts';
import { createOperator, type OperatorProcess, signInAsFirstAdmin } from './operator-process.ts';
import { findPython, testOfSkip } from './outside-program.ts';
import { type Program, startProgram } from './program.ts';
import { type RunningServer, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';
import { openWire } from './wire.ts';

const python = findPython('cryptography', 'requests');
if (python === undefined) {
  testOfSkip('the command line', 'a python3 with the packages cryptography and requests');
}
const remotesV1 = fileURLToPath(new URL('./python/remotes_v1.py', import.meta.url));

let database: EmptyDatabase;
let server: RunningServer;
let ada: OperatorProcess;
const working: Program[] = [];

beforeAll(async () => {
  database = await createDatabase('sqlite');
  server = await startServer(database);
  ada = await signInAsFirstAdmin(server, database.dataFolder);
}, 60_000);

afterAll(async () => {
  for (const program of working) await program.end('SIGKILL');
  await server?.stop();
  await database?.remove();
});

/** A host as each of the clients makes one; the arguments that it works with from then on. */
async function registerOurs(token: string): Promise<string[]> {
  const folder = makeFolder();
  const settings = ['--settings', join(folder, 'host.ini')];
  const keys = ['--private_key', join(folder, 'key'), '--public_key', join(folder, 'key.pub')];
  const ended = await runClient(
    ['--action=new_host', '--url', server.url, '--token=-', ...settings, ...keys],
    {
      input: token,
    },
  );
  expect(ended).toMatchObject({ code: 0 });
  return settings;
}

/** A v1 host, with keys that are made quickly. */
async function startPython(token: string): Promise<Program> {
  const wire = openWire(server.url);
  const host = await enrolHost(wire, token);
  const settings = writeSettings(host, server.url, makeFolder());
  const args = ['--action', 'commands_monitor', '--interval', '0.2', '--settings', settings];
  return startProgram(python ?? '', [remotesV1, ...args], { env: { PYTHONDONTWRITEBYTECODE: '1' } });
}

describe.skipIf(python === undefined)('the command line, from another folder', () => {
  test('lets three hosts in, and runs a command on all of them, whichever client they have', async () => {
    const token = (await ada.run(['tokens', 'create', '--uses', '3'])).stdout.trim();
    const [polling, looping] = [await registerOurs(token), await registerOurs(token)];
    working.push(startClient(['--action=commands_monitor', '--interval', '1', ...polling]));
    const loop = 'while :; do "$@" >/dev/null; sleep 0.2; done';
    const client = fileURLToPath(new URL('../packages/client/dist/remotes-client.cjs', import.meta.url));
    const process_ = [process.execPath, client, '--action=commands_process', ...looping];
    working.push(startProgram('sh', ['-c', loop, 'sh', ...process_]));
    working.push(await startPython(token));

    const { code, stdout, stderr } = await ada.run(['run', '-g', 'All hosts', '--', 'uname', '-s']);
    // A v1 client does not tell how the program exited.
    const unknown = '1 host · succeeded, exit status unknown · 000003\n(printed the same)\n';
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `2 hosts · succeeded · 000001, 000002\nLinux\n\n${unknown}`,
    });
    expect(stderr).toMatch(/^"uname -s" on 3 hosts: 000001, 000002, 000003\n/);
    expect(stderr).toMatch(/\n3 hosts: 3 succeeded, after [\d.]+ s\. Job [0-9a-f-]{36}\n$/);
  });

  test('groups what differs, says how, and ends with 1 when some failed', async () => {
    const program = 'case "$PWD" in *) echo same; [ -n "$REMOTES_RUN" ] ;; esac';
    const { code, stdout } = await ada.run(['run', '-g', 'All hosts', '--', program]);
    expect(code).toBe(1);
    expect(stdout).toContain('2 hosts · succeeded · 000001, 000002\nsame\n');
    expect(stdout).toMatch(/\n1 host · failed.* · 000003\n/);
    const again = await ada.run(['jobs', 'again', 'last', '--which', 'failed', '--no-wait']);
    expect(again.code).toBe(0);
    const { stdout: jobs } = await ada.run(['jobs', 'show', again.stdout.trim(), '--json']);
    expect(JSON.parse(jobs)).toMatchObject({ targets: 1, kind: 'ad_hoc' });
  });

  test('words after -- arrive at the host as they were typed', async () => {
    const odd = ['printf', '%s|', 'a b', "it's", '$HOME', '*', '', 'ü\n'];
    const { code, stdout } = await ada.run(['run', '-H', '000001', '--', ...odd]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "1 host · succeeded · 000001\na b|it's|$HOME|*||ü\n|\n",
    });
  });

  test('a host that is not there is an error, and nothing runs', async () => {
    const jobIds = async () =>
      JSON.parse((await ada.run(['jobs', '--json'])).stdout).map(({ id }: { id: string }) => id);
    const before = await jobIds();
    expect(await ada.run(['run', '-H', '000001', '-H', 'nobody', '--', 'true'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('There is no host "nobody"'),
    });
    expect(await jobIds()).toEqual(before);
  });

  test('a run is watched to its end though the server was killed in its midst and started anew', async () => {
    const folder = makeFolder();
    const [begun, gate] = [join(folder, 'begun'), join(folder, 'gate')];
    const program = `touch '${begun}'; until [ -e '${gate}' ]; do sleep 0.1; done; echo through`;
    const running = ada.start(['run', '-H', '000001', '--', program]);
    await expect.poll(() => existsSync(begun), { timeout: 20_000 }).toBe(true);
    await server.kill();
    await running.says(/is asked again until it answers/);
    server = await startServer(database, { port: server.port });
    writeFileSync(gate, '');
    expect(await running.ended).toMatchObject({
      code: 0,
      stdout: '1 host · succeeded · 000001\nthrough\n',
    });
  });

  test('the audit names who did it, and its export can be verified without the server', async () => {
    const { stdout } = await ada.run(['audit', '--action', 'job', '--json']);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ action: 'job.create', by: expect.objectContaining({ name: 'ada' }) }),
    );
    expect(await ada.run(['audit', 'export', 'audit.ndjson'])).toMatchObject({ code: 0, stderr: '' });
    const kept = (await ada.run(['audit', 'checkpoint'])).stdout.trim();
    const verified = await ada.run(['audit', 'verify', 'audit.ndjson', '--checkpoint', kept]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('whole and unchanged') });
  });

  test('another program is let in by a code, and keeps its session for its owner alone', async () => {
    const newcomer = createOperator();
    const login = newcomer.start(['login', server.url]);
    const [, code = ''] = await login.says(/remotes sessions approve (\S+)/);
    expect(await ada.run(['sessions', 'approve', code])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/asked for by remotes\/.* at 127\.0\.0\.1/),
    });
    expect(await ada.run(['sessions', 'approve', code, '--yes'])).toMatchObject({ code: 0 });
    expect(await login.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('as ada (admin)') });
    expect(statSync(join(newcomer.folder, 'config', 'servers.json')).mode & 0o777).toBe(0o600);
    expect((await newcomer.run(['hosts', '-o', 'csv'])).stdout).toMatch(/^id,name,state/);
    expect(await newcomer.run(['logout'])).toMatchObject({ code: 0 });
    expect(await newcomer.run(['hosts'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('remotes login'),
    });
  });
});
