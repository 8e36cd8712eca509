// The section of docs/performance.md about the live channel.
import { availableParallelism, cpus, loadavg } from 'node:os';

export function liveReport({ rows, times, fleet, one, flood }) {
  const [load] = loadavg();
  return `## The live channel

\`npm run bench:live\`, one run on ${availableParallelism()} × ${cpus()[0]?.model.trim()}, Node ${process.version}; server, database and the
simulated fleet share the cores (load average at the end: ${load.toFixed(1)}). ${times} jobs each; p50 / p95 from the operator's request to the last
result stored. *Bare*: 500 bytes to each connection and a kilobyte back. *Sealed*: the same under AES-256-GCM, with one Ed25519
signature checked and one row in a gathered commit for each host. CPU is that of the server's threads.

| hosts | bare | sealed | Remotes | × sealed | server CPU a run: bare | sealed | Remotes | memory an idle host, above bare |
|---|---|---|---|---|---|---|---|---|
${rows.map(rowOf).join('\n')}

| | |
|---|---|
| one host, \`/bin/true\`: request → result stored (starting it alone: ${ms(one.bareMs)}) | ${ms(one.p50Ms)} / ${ms(one.p95Ms)} |
| ${thousands(flood.outputBytes)} bytes of output from each of ${thousands(flood.hosts)} hosts, checked by hash | ${ms(flood.ms)}, server ${flood.peakMb.toFixed(0)} MB at most |
| ${thousands(fleet.hosts)} hosts, all back after a restart of the server | ${fleet.restart.toFixed(1)} s |
| ${thousands(fleet.hosts)} idle hosts: share of a core | ${fleet.idle.toFixed(1)} % |
`;
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
