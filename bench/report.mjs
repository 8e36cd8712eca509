// docs/performance.md out of what was measured; nothing in it is written by hand.

/** What the original does a second on this kind of machine, and how many times that is aimed at. */
const original = {
  status: { perSecond: 825, aim: 18 },
  host_status: { perSecond: 478, aim: 18 },
  commands_list: { perSecond: 300, aim: 40 },
  command_get: { perSecond: 236, aim: 15 },
  command_post: { perSecond: 192, aim: 25 },
  'command_post, two variables': { perSecond: 98, aim: undefined },
};
const originalPairs = { perSecond: 44, aim: 18 };

export function report({ machine, bare, endpoints, past, pairs, two, sealed, operators, client }) {
  return `# Performance

Written by \`npm run bench\`; every figure is of one run on one machine (${machine}; server, database and load generator
share its cores). Requests come from wrk, 8 connections, closed after each request (as v1 clients do) or kept. Writes are
durable: SQLite in WAL mode with \`synchronous=FULL\`. "The original" is Django Remotes 0.3.2 behind gunicorn with two
workers on SQLite, as measured once on this kind of machine; it was not measured again here.

## Requests a second

| request | API log off: closing | kept | API log on: closing | kept | × the original | aim | p99, closing | event-loop delay p99 |
|---|---|---|---|---|---|---|---|---|
${ceiling('a bare Fastify route', bare.route)}
${ceiling('a bare gathered INSERT', bare.insert)}
${Object.keys(endpoints.on)
  .filter((name) => typeof endpoints.on[name] === 'object')
  .map((name) => endpointRow(name, endpoints))
  .join('\n')}

The multiple and the last two columns are with the API log on and closing connections.

| | pairs a second | × the original | aim | CPU of the generator | event-loop delay p99 |
|---|---|---|---|---|---|
| register + verify | ${whole(pairs.pairsPerSecond)} | ${times(pairs.pairsPerSecond, originalPairs.perSecond)} | ${originalPairs.aim} × | ${pairs.generatorCpu.toFixed(2)} cores | ${ms(pairs.delayP99Ms)} |
| command_get, two server processes on one port | ${whole(two.perSecond)} | ${times(two.perSecond, original.command_get.perSecond)} | 25 × | | |

${missedAims({ endpoints, pairs, two, sealed, client })}

## The sealed protocol

| | a second | server CPU each | CPU of the generator | event-loop delay p99 |
|---|---|---|---|---|
${Object.entries(sealed.rows).map(sealedRow).join('\n')}

${whole(sealed.hostsCount)} hosts, each with its own channel key; 8 at a time, API log on. A handshake is the handshake and the host's proof, two requests on a
new connection, after a first one that is not counted; claims and reports come on a new connection each; a claim gives one run; a report is a signed statement with a kilobyte
of output. The server's CPU is that of all its threads. A run costs it ${ms(sealedRunMs(sealed.rows))} of CPU (claim and report), on v1
${ms(v1RunMs(endpoints))} (get and post, closing connections, API log on): ${(sealedRunMs(sealed.rows) / v1RunMs(endpoints)).toFixed(2)} ×; the aim is 2 × at most.

Of a handshake's CPU about a third is cryptography (one Ed25519 verification and one signature, an X25519 pair and
agreement, six HKDF, four AES-GCM), a third Node's HTTP for a new connection with two requests, the rest reading the
host's row, JSON, tickets and the API log. A host shakes hands once a day.

${operatorsSection(operators)}
## A host with a past

| past runs of the host | commands_list | event-loop delay p99 | command_get, again and again | event-loop delay p99 |
|---|---|---|---|---|
${past.map((one) => pastRow(one, past[0])).join('\n')}

Closing connections, API log on. In brackets: the share of the first row.

## Starting, and memory

| | |
|---|---|
| server: start to listening, new SQLite database with its hosts | ${ms(endpoints.off.startMs)} |
| server: resident, idle | ${mb(endpoints.off.idleMb)} |
| server: resident, after all the load above | ${mb(endpoints.on.busyMb)} |
| client: \`--action=status\`, start to end (bare \`node -e 0\`: ${ms(client.bareNodeMs)}) | ${ms(client.statusMs)} |
| client: \`--action=status\`, resident at most (bare \`node -e 0\`: ${mb(client.bareNodeMb)}) | ${mb(client.statusMb)} |
| client: \`commands_monitor\`, resident | ${mb(client.monitorMb)} |
| client: \`commands_monitor\`, idle, asking every 10 seconds: share of a core | ${percent(client.idleShare)} |
| client: the bundle | ${whole(client.bundleKb)} KB |
| client: 20 pending commands in one \`commands_process\` (20 bare starts of Python: ${ms(client.twentyStartsMs)}) | ${ms(client.twentyMs)} |
`;
}

function sealedRow([name, { perSecond, cpuMsEach, generatorCpu, delayP99Ms }]) {
  return `| ${name} | ${whole(perSecond)} | ${cpuMsEach.toFixed(2)} ms | ${generatorCpu.toFixed(2)} cores | ${ms(delayP99Ms)} |`;
}

function sealedRunMs({ claims, reports }) {
  return claims.cpuMsEach + reports.cpuMsEach;
}

function v1RunMs({ on }) {
  return on.command_get.closing.cpuMsEach + on.command_post.closing.cpuMsEach;
}

/** Says which aims this run did not reach, so that nobody has to compare. */
function missedAims({ endpoints, pairs, two, sealed, client }) {
  const reached = Object.entries(original)
    .filter(([, { aim }]) => aim)
    .map(([name, { perSecond, aim }]) => [name, endpoints.on[name].closing.perSecond / perSecond, aim]);
  reached.push(['register + verify', pairs.pairsPerSecond / originalPairs.perSecond, originalPairs.aim]);
  reached.push(['command_get with two processes', two.perSecond / original.command_get.perSecond, 25]);
  const missed = reached
    .filter(([, times, aim]) => times < aim)
    .map(([name, times, aim]) => `${name} (${times.toFixed(1)} × of ${aim} ×)`);
  const runRatio = sealedRunMs(sealed.rows) / v1RunMs(endpoints);
  if (runRatio > 2) missed.push(`server CPU of a sealed run (${runRatio.toFixed(2)} × of 2 × v1's)`);
  if (sealed.rows.handshakes.cpuMsEach > 0.5)
    missed.push(`server CPU of a handshake (${sealed.rows.handshakes.cpuMsEach.toFixed(2)} ms of 0.5 ms)`);
  if (client.idleShare > 0.002)
    missed.push(`an idle client's share of a core (${percent(client.idleShare)} of 0.2 %)`);
  if (client.statusMs > 80) missed.push(`client start (${ms(client.statusMs)} of 80 ms)`);
  if (client.statusMb > 45) missed.push(`client memory (${mb(client.statusMb)} of 45 MB)`);
  if (missed.length === 0) return 'Every aim was reached in this run.';
  return `Aims that this run did not reach: ${missed.join(', ')}. What waits for a durable commit is bounded by the
bare gathered INSERT above: one row a request, nothing looked up, nothing encrypted.`;
}

function ceiling(name, { closing, kept }) {
  return `| ${name} | ${whole(closing.perSecond)} | ${whole(kept.perSecond)} | | | | | ${ms(closing.p99Ms)} | ${ms(closing.delayP99Ms)} |`;
}

function endpointRow(name, { off, on }) {
  const peer = original[name];
  const { closing, kept } = on[name];
  const cells = [
    whole(off[name].closing.perSecond),
    whole(off[name].kept.perSecond),
    whole(closing.perSecond),
    whole(kept.perSecond),
    peer ? times(closing.perSecond, peer.perSecond) : '',
    peer?.aim ? `${peer.aim} ×` : '',
    ms(closing.p99Ms),
    ms(closing.delayP99Ms),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function pastRow({ runs, list, get }, first) {
  const share = (one, base) =>
    `${whole(one.perSecond)} (${Math.round((100 * one.perSecond) / base.perSecond)} %)`;
  const cells = [
    share(list.closing, first.list.closing),
    ms(list.closing.delayP99Ms),
    share(get.closing, first.get.closing),
    ms(get.closing.delayP99Ms),
  ];
  return `| ${runs.toLocaleString('en')} | ${cells.join(' | ')} |`;
}

function whole(value) {
  return Math.round(value).toLocaleString('en');
}

function times(value, peer) {
  return `${(value / peer).toFixed(1)} ×`;
}

function ms(value) {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}

function mb(value) {
  return `${Math.round(value)} MB`;
}

/** What operators wait for, on both databases. */
export function operatorsSection({ size, kinds }) {
  const names = Object.keys(kinds.sqlite.rows);
  const pair = ({ p50Ms, p99Ms }) => `${ms(p50Ms)} | ${ms(p99Ms)}`;
  const rows = names.map(
    (name) =>
      `| ${name} | ${pair(kinds.sqlite.rows[name])} | ${pair(kinds.postgres.rows[name])} | ${operatorsAims[name] ?? ''} |`,
  );
  const each = (word, value) => `| ${word} | ${value(kinds.sqlite)} | | ${value(kinds.postgres)} | | |`;
  return `## Operators and a large fleet

| | SQLite: p50 | p99 | PostgreSQL: p50 | p99 | aim, p99 |
|---|---|---|---|---|---|
${rows.join('\n')}
| a job for all hosts: asked to committed | ${kinds.sqlite.jobSeconds.toFixed(2)} s | | ${kinds.postgres.jobSeconds.toFixed(2)} s | | 1 s |
${each('event-loop delay p99 meanwhile', (kind) => ms(kind.delayP99Ms))}
${each('the same while the job is made', (kind) => ms(kind.jobDelayP99Ms))}
${each('server: resident after it', (kind) => `${kind.residentMb.toFixed(0)} MB`)}
${each('results stored meanwhile (failed)', ({ results }) => `${whole(results.stored)} (${results.failed})`)}

${whole(size.hosts)} hosts with facts in 20 groups, ${whole(size.hosts * (size.jobs + 1))} runs stored; ${whole(size.samples)} questions of each kind one after the other, while up to
1,000 results a second come in for the job that is asked about. Each answer goes through the whole operators' API.
`;
}

const operatorsAims = {
  'a page of hosts': '50 ms',
  'a page of hosts, far into the list': '50 ms',
  'hosts by a filter over facts': '50 ms',
  'the same, of which there are none': '50 ms',
  'the summary of a job': '20 ms',
  'its groups of outcomes': '20 ms',
};
