// A fleet of simulated hosts in one process, each with a connection and a key of its own: to see what a server does with
// as many, before there are as many.
import { once } from 'node:events';
import { setInterval } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startFleet } from './fleet.mjs';
import { ensureHosts, meetServer } from './hosts.mjs';

const help = `Usage: npm run fleet -- --hosts N --url URL --token TOKEN [--exec] [--poll SECONDS] [--folder FOLDER]

Connects N hosts to a server and works for it until it is stopped (Ctrl-C). They register with the token at the first
time, and are kept in the folder. One process may have some 19,000 of them: each takes a file descriptor.

  --hosts N          how many
  --url URL          the server
  --token TOKEN      a registration token of the server: remotes-server registration_token
  --exec             run the programs; else each run ends at once, with a given output
  --output-bytes N   how long that output is (100)
  --poll SECONDS     ask over HTTP so often, in place of the live channel
  --folder FOLDER    where the hosts are kept (./fleet)

The server limits how many hosts register with one token in a while: start it with --registrations-per-token, and with
--max-connections a fifth above N.`;

const { values } = parseArgs({
  options: {
    hosts: { type: 'string' },
    url: { type: 'string' },
    token: { type: 'string' },
    exec: { type: 'boolean', default: false },
    'output-bytes': { type: 'string', default: '100' },
    poll: { type: 'string' },
    folder: { type: 'string', default: 'fleet' },
    help: { type: 'boolean', default: false },
  },
});
const count = Number(values.hosts);
if (values.help || !values.url || !values.token || !Number.isInteger(count) || count < 1) {
  console.log(help);
  process.exit(values.help ? 0 : 2);
}

const say = (sentence) => console.error(sentence);
const server = await meetServer({ url: values.url, token: values.token, say });
const hosts = await ensureHosts({
  folder: values.folder,
  count,
  server,
  token: values.token,
  onProgress: (made) => made % 100 === 0 && say(`${made} hosts are registered`),
});
const fleet = await startFleet({
  hosts,
  server,
  folder: values.folder,
  executes: values.exec,
  outputBytes: Number(values['output-bytes']),
  pollSeconds: values.poll === undefined ? undefined : Number(values.poll),
});
const stopped = new AbortController();
void Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => stopped.abort());
let told = '';
try {
  for await (const _ of setInterval(1000, undefined, { signal: stopped.signal })) {
    const { connected, runs, trouble } = fleet.state();
    const text = `${connected} of ${hosts.length} connected, ${runs} runs stored${trouble === undefined ? '' : `; last trouble: ${trouble}`}`;
    if (text !== told) say(text);
    told = text;
  }
} catch (error) {
  if (error.name !== 'AbortError') throw error;
}
await fleet.stop();
