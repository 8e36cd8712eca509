// Measures the live channel, beside what this machine could do at most. `--quick`: fewer hosts, fewer times.
// `--hosts 1,100,1000` and `--times N` set them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeKeys } from './keys.mjs';
import { openSystem } from './live/remotes.mjs';
import { startProgram } from './process.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    hosts: { type: 'string' },
    times: { type: 'string' },
    only: { type: 'string' },
  },
});
const sizes = (values.hosts ?? (values.quick ? '1,100' : '1,100,1000,10000')).split(',').map(Number);
const times = Number(values.times ?? (values.quick ? 5 : 20));
const folder = mkdtempSync(join(tmpdir(), 'remotes-live-'));
try {
  const [{ publicPem }] = await makeKeys(1);
  for (const hosts of sizes) {
    if (!values.only || values.only === 'ceilings') {
      for (const kind of ['bare', 'sealed']) show(kind, hosts, await ceiling(kind, hosts));
    }
    if (!values.only || values.only === 'remotes') show('remotes', hosts, await remotes(hosts, publicPem));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function ceiling(kind, hosts) {
  const place = join(folder, `${kind}-${hosts}`);
  mkdirSync(place);
  const server = await startProgram(
    new URL('live/ceiling-server.mjs', import.meta.url).pathname,
    [place, kind],
    place,
  );
  const empty = await server.probe();
  const connected = fork(new URL('live/ceiling-hosts.mjs', import.meta.url).pathname, [
    server.url,
    kind,
    String(hosts),
  ]);
  await once(connected, 'message');
  while ((await said(server.url, '/connections')) < hosts);
  const idle = await server.probe();
  const measured = [];
  for (let time = 0; time < times; time += 1) measured.push(await said(server.url, '/round'));
  const after = await server.probe();
  connected.kill();
  await server.stop();
  return summary(measured, { hosts, empty, idle, after });
}

async function said(url, path) {
  return Number(await (await fetch(new URL(path, url))).text());
}

async function remotes(hosts, publicPem) {
  const system = await openSystem({ folder: join(folder, `remotes-${hosts}`), hosts, publicPem });
  const idle = await system.settled();
  const measured = [];
  for (let time = 0; time < times; time += 1) measured.push((await system.run('true')).ms);
  const after = await system.probe();
  await system.stop();
  return summary(measured, { hosts, empty: system.empty, idle, after });
}

function summary(measured, { hosts, empty, idle, after }) {
  const sorted = measured.toSorted((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    cpuMicrosEach: ((after.cpuSeconds - idle.cpuSeconds) * 1e6) / (hosts * measured.length),
    kibPerHost: ((idle.residentMb - empty.residentMb) * 1024) / hosts,
    residentMb: after.residentMb,
  };
}

function show(kind, hosts, { p50Ms, p95Ms, cpuMicrosEach, kibPerHost, residentMb }) {
  console.log(
    `${kind} ${hosts}: p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, ${cpuMicrosEach.toFixed(0)} µs CPU each, ${kibPerHost.toFixed(1)} KiB a host, ${residentMb.toFixed(0)} MB`,
  );
}
