import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readProcess } from '../packages/client/src/host/process-table.ts';
import { startClient } from './client-process.ts';
import { pemOf } from './enrolled-host.ts';
import { signInAsFirstAdmin } from './operator-process.ts';
import type { Program } from './program.ts';
import { makeQuickKeys } from './quick-keys.ts';
import { makeToken } from './server-process.ts';
import { hostOf, openTrustedFleet, register } from './trusted-fleet.ts';

test('what three hosts print is shown as it comes, and Ctrl-C stops them at once', async () => {
  const { operator, hosts, until, open } = await openWatchedFleet(3);
  const program = `echo $$; for i in 1 2; do echo $i; ${until('$i')}; done; echo oops >&2; sleep 600`;
  const watching = operator.startOnTerminal(['run', '-g', 'All hosts', '--', program]);
  const each = (text: string) =>
    Promise.all(hosts.map(async (host) => (await watching.prints(lineOf(host, text)))[1]));
  const pids = await each('\\| (\\d{2,})');
  await each('\\| 1');
  expect(watching.stdout()).not.toMatch(/\| 2\r/);
  open('1');
  await each('\\| 2');
  open('2');
  await each('! oops');
  await watching.prints(/0 of 3 done: 3 running/);

  watching.child.stdin?.write('\u0003');
  await watching.prints(/\[l\/s\/W\] /);
  const stoppedAt = Date.now();
  watching.child.stdin?.write('s\r');
  const { code, stdout } = await watching.ended;
  // Killing what ignores the signal would take five seconds.
  expect(Date.now() - stoppedAt).toBeLessThan(4_000);
  expect(code).toBe(130);
  for (const pid of pids) expect(readProcess(Number(pid))?.isZombie, pid).not.toBe(false);
  expect(stdout).toContain('Stopped: 0 cancelled, 3 asked to end.');
  expect(stdout).toMatch(
    /3 hosts · stopped.* · 000001, 000002, 000003\r\n(.*\r\n)?3 hosts: 3 stopped, after /,
  );
  expect(stdout.match(/! oops/g)).toHaveLength(3);
});

test('the output of a host that polls is shown at its end; all of it once, and in a pipe alike answers together', async () => {
  const { operator, hosts, poll, until, open } = await openWatchedFleet(1);
  await poll();
  const program = `echo 1; ${until('a')}; printf 'e\\033[2Jnd'`;
  const watching = operator.startOnTerminal(['run', '-g', 'All hosts', '--', program]);
  await watching.prints(lineOf('000001', '\\| 1'));
  open('a');
  const { code, stdout } = await watching.ended;
  expect(code).toBe(0);
  for (const host of hosts) {
    expect(stdout.match(lineOf(host, '\\| 1', 'g'))).toHaveLength(1);
    expect(stdout.match(lineOf(host, '\\| e␛\\[2Jnd', 'g'))).toHaveLength(1);
  }
  expect(stdout).toMatch(/2 hosts: 2 succeeded, after .* s\. Job /);
  expect(stdout).not.toContain('2 hosts · succeeded');
  const piped = await operator.run(['jobs', 'watch', 'last']);
  expect(piped.stdout).toBe('2 hosts · succeeded · 000001, 000002\n1\ne\u001b[2Jnd\n');
});

/** Also where the line that tells the progress was taken away before. */
function lineOf(host: string, text: string, flags = ''): RegExp {
  return new RegExp(`(?<=[\\nK])${host} ${text}(?=\\r\\n)`, flags);
}

/** A server, its admin, and so many hosts that are connected. */
async function openWatchedFleet(connected: number) {
  const fleet = await openTrustedFleet();
  const operator = await signInAsFirstAdmin(fleet.server(), fleet.database.dataFolder);
  const clients: Program[] = [];
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.end('SIGKILL')));
  });
  const token = await makeToken(fleet.database);
  const keys = makeQuickKeys(connected + 1);
  const hosts: string[] = [];
  const work = async (...how: readonly string[]) => {
    const host = hostOf(token);
    const [key, publicKey] = [join(host.folder, 'key.pem'), join(host.folder, 'key.pub')];
    const privateKey = keys[hosts.length]!;
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(publicKey, pemOf(privateKey));
    writeFileSync(host.settings, `[host]\nprivate_key = ${key}\npublic_key = ${publicKey}\n`, {
      mode: 0o600,
    });
    const { code, stderr } = await register(host, fleet.server().url);
    expect(code, stderr).toBe(0);
    hosts.push(String(hosts.length + 1).padStart(6, '0'));
    const client = startClient([...how, '--settings', host.settings]);
    clients.push(client);
    return client;
  };
  for (let left = connected; left > 0; left -= 1) await (await work('--action=run')).says(/connected to /);
  const path = (name: string) => join(operator.folder, name);
  return {
    operator,
    hosts,
    /** One more host, which asks over HTTP. */
    poll: () => work('--action=commands_monitor', '--interval', '1'),
    /** A part of a program: waits until `open` is called with this name. */
    until: (name: string) => `while [ ! -e ${path(name)} ]; do sleep 0.02; done`,
    open: (name: string) => writeFileSync(path(name), ''),
  };
}
