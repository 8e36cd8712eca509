import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { standingOf } from '../../src/host/process-mark.ts';
import { readProcess } from '../../src/host/process-table.ts';
import { startFakeServer } from '../fake-v1-server.ts';
import { until } from '../host/until.ts';
import { bundle, makeHost, runClient } from '../run-client.ts';

test('a client that was killed and whose parent takes no note of that leaves neither its lock nor its run folder in the way', async () => {
  const server = await startFakeServer({ hasRecorded: false });
  onTestFinished(() => server.close());
  const host = await makeHost(server.url, 'verified');
  const temporary = join(host.folder, 'temporary');
  await mkdir(temporary);
  const env = { ...process.env, TMPDIR: temporary };
  const args = ['--action=commands_process', '-S', host.settings];
  const pidPath = join(host.folder, 'pid');
  const program = `import os, time\nopen(${JSON.stringify(pidPath)}, 'w').write(str(os.getpid()))\ntime.sleep(100)`;
  server.offer(1, { command: program });

  const script = new URL('fixtures/forgets-its-child.py', import.meta.url).pathname;
  const parent = spawn('python3', [script, process.execPath, bundle, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const client = Number((await once(parent.stdout, 'data'))[0]);
  const programPid = () => Number(readFileSync(pidPath, 'utf8'));
  await until('the program runs', () => readdirSync(host.folder).includes('pid') && programPid() > 0);
  parent.stdin.write('kill it\n');
  expect(String((await once(parent.stdout, 'data'))[0]).trim()).toBe('killed');
  process.kill(programPid(), 'SIGKILL');
  expect(readProcess(client)?.isZombie).toBe(true);
  const [lock = ''] = readdirSync(`${host.settings}.journal`).filter((name) => name.startsWith('lock-'));
  expect(standingOf(lock.slice('lock-'.length, lock.lastIndexOf('-')))).toBe('dead');
  expect(readdirSync(temporary)).toHaveLength(1);

  server.offer(2, { command: 'print("went on")' });
  const second = await runClient(args, { env: { TMPDIR: temporary } });
  expect(second).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('command 1 "command 1" was interrupted: stored now'),
  });
  expect(server.stored.get(2)?.[0]?.output).toBe('went on\n');
  expect(readdirSync(temporary)).toEqual([]);
});
