// The section of docs/performance.md about the live channel.
import { availableParallelism, cpus, loadavg } from 'node:os';

export function liveReport({ rows, times, fleet, one, flood, large, profile }) {
  const [load] = loadavg();
  return `## The live channel

\`npm run bench:live\`, one run on ${availableParallelism()} × ${cpus()[0]?.model.trim()}, Node ${process.version}; server, database and the
simulated fleet share the cores (load average at the end: ${load.toFixed(1)}). ${times} jobs each, after 400 runs to warm up; p50 / p95 from the operator's request to the last
result stored. *Bare*: 500 bytes to each connection and a kilobyte back. *Sealed*: the same under AES-256-GCM, with one Ed25519
signature checked and one row in a gathered commit for each host. CPU is that of the server's threads.

| hosts | bare | sealed | Remotes | × sealed | server CPU a run: bare | sealed | Remotes | memory an idle host, above bare |
|---|---|---|---|---|---|---|---|---|
${rows.map(rowOf).join('\n')}

| | |
|---|---|
| one host, \`/bin/true\`: request → result stored (starting it alone: ${ms(one.bareMs)}) | ${ms(one.p50Ms)} / ${ms(one.p95Ms)} |
| ${thousands(flood.outputBytes)} bytes of output from each of ${thousands(flood.hosts)} hosts, checked by hash | ${ms(flood.ms)}, server ${flood.peakMb.toFixed(0)} MB at most |
| ${thousands(large.printedBytes)} bytes printed by one host, of which the ends are kept | ${ms(large.ms)}, server ${large.peakMb.toFixed(0)} MB, client ${large.fleetPeakMb.toFixed(0)} MB at most |
| ${thousands(fleet.hosts)} hosts, all back after a restart of the server | ${fleet.restart.toFixed(1)} s |
| ${thousands(fleet.hosts)} idle hosts: share of a core | ${fleet.idle.toFixed(1)} % |

${aimsReached({ rows, fleet, one }).join('\n')}

What takes the time: the server's threads in further jobs at ${thousands(Math.min(rows.at(-1).hosts, 1000))} hosts, by V8's profiler, in shares of
what they were busy (the start of the server and the handshakes of all hosts are in it).

| main thread | | writer thread | |
|---|---|---|---|
${profileRows(profile).join('\n')}
`;
}

/** What was aimed at, and whether it is there. */
function aimsReached({ rows, fleet, one }) {
  const largest = rows.at(-1);
  const smallest = rows[0];
  const factor = largest.remotes.p50Ms / largest.sealed.p50Ms;
  const memory = largest.remotes.kibPerHost - largest.bare.kibPerHost;
  const programMs = one.p50Ms - one.bareMs;
  return [
    [`${thousands(largest.hosts)} hosts: at most 1.3 × sealed`, factor <= 1.3, `${factor.toFixed(1)} ×`],
    [
      `${thousands(largest.hosts)} hosts: at most 1 s`,
      largest.remotes.p50Ms <= 1000,
      ms(largest.remotes.p50Ms),
    ],
    [
      'server CPU a run: at most 100 µs',
      largest.remotes.cpuMicrosEach <= 100,
      `${largest.remotes.cpuMicrosEach.toFixed(0)} µs`,
    ],
    [`${smallest.hosts} host: at most 5 ms`, smallest.remotes.p50Ms <= 5, ms(smallest.remotes.p50Ms)],
    ['a program: at most 10 ms above what starting it costs', programMs <= 10, ms(programMs)],
    ['an idle host: at most 16 KiB above bare', memory <= 16, `${memory.toFixed(0)} KiB`],
    ['all back after a restart: at most 20 s', fleet.restart <= 20, `${fleet.restart.toFixed(1)} s`],
    ['idle fleet: at most 5 % of a core', fleet.idle <= 5, `${fleet.idle.toFixed(1)} %`],
  ].map(([aim, isReached, is]) => `- ${aim}: ${isReached ? 'reached' : '**missed**'} (${is})`);
}

function profileRows(profile) {
  const columns = Object.values(profile).map(({ shares }) => shares);
  const length = Math.max(...columns.map((shares) => shares.length));
  return Array.from({ length }, (_, row) => {
    const cells = columns.map((shares) =>
      shares[row] ? `${shares[row].kind} | ${shares[row].share.toFixed(0)} %` : ' | ',
    );
    return `| ${cells.join(' | ')} |`;
  });
}

function rowOf({ hosts, bare, sealed, remotes }) {
  const both = ({ p50Ms, p95Ms }) => `${ms(p50Ms)} / ${ms(p95Ms)}`;
  const cpu = ({ cpuMicrosEach }) => `${cpuMicrosEach.toFixed(0)} µs`;
  // Of few hosts it is what the process itself does that is seen.
  const memory = hosts < 1000 ? '' : `${(remotes.kibPerHost - bare.kibPerHost).toFixed(0)} KiB`;
  const factor = (remotes.p50Ms / sealed.p50Ms).toFixed(1);
  return `| ${thousands(hosts)} | ${both(bare)} | ${both(sealed)} | ${both(remotes)} | ${factor} × | ${cpu(bare)} | ${cpu(sealed)} | ${cpu(remotes)} | ${memory} |`;
}

function ms(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`;
}

function thousands(value) {
  return value.toLocaleString('en-US');
}
