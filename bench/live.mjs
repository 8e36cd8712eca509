// Measures the live channel, beside what this machine could do at most, and writes its section of docs/performance.md.
// `--hosts 1,100,1000` and `--times N` set how many hosts, and how many jobs for each; `--quick` is short.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeKeys } from './keys.mjs';
import { profiling, readProfiles } from './live/profile.mjs';
import { openSystem } from './live/remotes.mjs';
import { liveReport } from './live/report.mjs';
import { writeLiveSection } from './performance-page.mjs';
import { startProgram } from './process.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    hosts: { type: 'string' },
    times: { type: 'string' },
  },
});
const sizes = (values.hosts ?? (values.quick ? '1,100' : '1,100,1000,10000')).split(',').map(Number);
const times = Number(values.times ?? (values.quick ? 5 : 20));
const most = Math.max(...sizes);
const folder = mkdtempSync(join(tmpdir(), 'remotes-live-'));
try {
  const [{ publicPem }] = await makeKeys(1);
  const rows = [];
  let fleet;
  for (const hosts of sizes) {
    say(`${hosts} hosts`);
    const bare = await ceiling('bare', hosts);
    const sealed = await ceiling('sealed', hosts);
    const { restart, idle, ...remotes } = await measureFleet(hosts, publicPem);
    if (hosts === most) fleet = { hosts, restart, idle };
    rows.push({ hosts, bare, sealed, remotes });
  }
  say('one program, and much output');
  const one = await measureProgram(publicPem);
  const flood = await measureOutput(Math.min(most, 1000), publicPem);
  const large = await measureLargeOutput(publicPem);
  say('what takes the time');
  const profile = await profileServer(Math.min(most, 1000), publicPem);
  const section = liveReport({ rows, times, fleet, one, flood, large, profile });
  console.log(section);
  // What was cut short is for the screen alone.
  if (!values.quick && !values.hosts && !values.times) writeLiveSection(section);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function ceiling(kind, hosts) {
  const place = join(folder, `${kind}-${hosts}`);
  mkdirSync(place);
  const program = new URL('live/ceiling-server.mjs', import.meta.url).pathname;
  const server = await startProgram(program, [place, kind], place);
  const empty = await server.probe();
  const others = new URL('live/ceiling-hosts.mjs', import.meta.url).pathname;
  const connected = fork(others, [server.url, kind, String(hosts)]);
  await once(connected, 'message');
  while ((await said(server.url, '/connections')) < hosts) await pause(10);
  const idle = await server.probe();
  await warmUp(hosts, () => said(server.url, '/round'));
  const before = await server.probe();
  const measured = [];
  for (let time = 0; time < times; time += 1) measured.push(await said(server.url, '/round'));
  const after = await server.probe();
  connected.kill();
  await server.stop();
  return summary(measured, { hosts, empty, idle, before, after });
}

async function said(url, path) {
  return Number(await (await fetch(new URL(path, url))).text());
}

/** Jobs for all, the rest between them, and how all come back. */
async function measureFleet(hosts, publicPem) {
  const system = await openSystem({ folder: join(folder, `remotes-${hosts}`), hosts, publicPem });
  const idle = await system.settled();
  await warmUp(hosts, () => system.run('true'));
  const before = await system.probe();
  const measured = [];
  for (let time = 0; time < times; time += 1) measured.push((await system.run('true')).ms);
  const after = await system.probe();
  const isMost = hosts === most;
  const rest = isMost ? await idleShare(system) : undefined;
  const restart = isMost ? await system.restart() : undefined;
  await system.stop();
  return { ...summary(measured, { hosts, empty: system.empty, idle, before, after }), restart, idle: rest };
}

/** Of a core, in per cent. */
async function idleShare(system) {
  await pause(5000);
  const began = performance.now();
  const before = await system.probe();
  await pause(values.quick ? 5000 : 30_000);
  const after = await system.probe();
  return ((after.cpuSeconds - before.cpuSeconds) * 100_000) / (performance.now() - began);
}

/** One host that really starts a program, and what starting it costs anyway. */
async function measureProgram(publicPem) {
  const system = await openSystem({
    folder: join(folder, 'program'),
    hosts: 1,
    publicPem,
    fleet: { executes: true },
  });
  await warmUp(1, () => system.run('exec /bin/true'));
  const measured = [];
  for (let time = 0; time < times; time += 1) measured.push((await system.run('exec /bin/true')).ms);
  await system.stop();
  const bare = Array.from({ length: times }, () => {
    const began = performance.now();
    execFileSync('sh', ['-c', 'exec /bin/true']);
    return performance.now() - began;
  });
  return { p50Ms: at(measured, 0.5), p95Ms: at(measured, 0.95), bareMs: at(bare, 0.5) };
}

/** So much from each host; the server checks each against the length and the hash that its host has signed. */
async function measureOutput(hosts, publicPem) {
  const outputBytes = 100_000;
  const place = join(folder, 'output');
  const system = await openSystem({ folder: place, hosts, publicPem, fleet: { outputBytes } });
  const { ms, job } = await system.run('true');
  const { counts } = await system.ask('GET', `/api/v2/jobs/${job.id}`);
  if (counts.succeeded !== hosts) throw new Error(`${counts.succeeded} of ${hosts} outputs were stored.`);
  const { peakMb } = await system.probe();
  await system.stop();
  return { hosts, outputBytes, ms, peakMb };
}

/** One host whose program prints a hundred megabytes; the two ends keep the beginning and the end of it. */
async function measureLargeOutput(publicPem) {
  const printedBytes = 100_000_000;
  const system = await openSystem({
    folder: join(folder, 'large'),
    hosts: 1,
    publicPem,
    fleet: { executes: true },
  });
  const { ms, job } = await system.run(`yes 'a line of much output' | head -c ${printedBytes}`);
  const { counts } = await system.ask('GET', `/api/v2/jobs/${job.id}`);
  if (counts.succeeded !== 1) throw new Error('The large output was not stored.');
  const { peakMb } = await system.probe();
  const { fleetPeakMb } = await system.stop();
  return { printedBytes, ms, peakMb, fleetPeakMb };
}

/** The profiler takes its share too: so nothing is measured meanwhile. */
async function profileServer(hosts, publicPem) {
  const profiles = join(folder, 'profiles');
  const system = await openSystem({
    folder: join(folder, 'profiled'),
    hosts,
    publicPem,
    nodeOptions: profiling(profiles),
  });
  for (let time = 0; time < 3 * times; time += 1) await system.run('true');
  await system.stop();
  return readProfiles(profiles);
}

/** A server works for weeks: what is measured is compiled code. */
async function warmUp(hosts, round) {
  for (let runs = 0; runs < 400; runs += hosts) await round();
}

function summary(measured, { hosts, empty, idle, before, after }) {
  return {
    p50Ms: at(measured, 0.5),
    p95Ms: at(measured, 0.95),
    cpuMicrosEach: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / (hosts * measured.length),
    kibPerHost: ((idle.residentMb - empty.residentMb) * 1024) / hosts,
  };
}

function at(measured, share) {
  const sorted = measured.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function say(what) {
  console.error(`measuring ${what}`);
}
