import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLiveHost } from './live-host.ts';
import { administer } from './server-process.ts';

/** Set it to 1000 to try what is told in SECURITY.md. */
const floodMegabytes = Number(process.env.REMOTES_FLOOD_MB ?? 32);
const bytes = floodMegabytes * 1_000_000;

test('a flood of output fills neither memory nor disk of host and server, and ends as it is told, by itself and by a stop', async () => {
  const live = await openLiveHost();
  const client = live.work();
  await client.says(/connected to /);
  const pids = { client: client.child.pid!, server: live.fleet.server().program.child.pid! };
  const folders = { client: live.host.folder, server: live.fleet.database.dataFolder };
  const before = { ...memories(pids), disk: disks(folders) };

  const job = await live.ask(`yes | head -c ${bytes}`);
  await client.says(/succeeded after .*, stored/);
  await live.ends(job, 'succeeded');
  const [run] = JSON.parse(await administer(live.fleet.database, 'runs', '--json'));
  const output = JSON.parse(await administer(live.fleet.database, 'output', String(run.number), '--json'));
  expect(output.output_bytes).toBeGreaterThanOrEqual(bytes);
  expect(output.output_cut_bytes).toBeGreaterThan(0);
  expect(output.stdout).toMatch(/^y\ny\n/);

  const endless = await live.ask('yes');
  await live.follow().prints(/^y\n/);
  expect(await live.operator.run(['jobs', 'stop', endless])).toMatchObject({ code: 0 });
  await live.ends(endless, 'stopped');

  const after = { ...memories(pids), disk: disks(folders) };
  if (process.env.REMOTES_FLOOD_MB)
    console.log(JSON.stringify({ before, after, kept: output.stdout.length }));
  for (const end of ['client', 'server'] as const) {
    expect(after[end] - before[end], `peak memory of the ${end}`).toBeLessThan(200_000_000);
    expect(after.disk[end] - before.disk[end], `disk of the ${end}`).toBeLessThan(100_000_000);
  }
}, 700_000);

/** The largest that each has been so far, in bytes. */
function memories({ client, server }: Record<'client' | 'server', number>) {
  const peak = (pid: number) =>
    1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { client: peak(client), server: peak(server) };
}

function disks({ client, server }: Record<'client' | 'server', string>) {
  const size = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { client: size(client), server: size(server) };
}
