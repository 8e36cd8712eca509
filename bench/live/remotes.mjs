// A server with so many simulated hosts, and jobs that all of them carry out.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { atServer, makeAdmin, signIn } from '../operator.mjs';
import { startProgram } from '../process.mjs';
import { seedHosts } from './seed-hosts.mjs';

const serverProgram = new URL('../../packages/server/bin/remotes-server.js', import.meta.url).pathname;
const fleetProgram = new URL('fleet-process.mjs', import.meta.url).pathname;

/** Starts both; `fleet` says what the simulator does besides, `nodeOptions` how the server's Node is started. */
export async function openSystem({ folder, hosts: count, publicPem, fleet: differing = {}, nodeOptions }) {
  mkdirSync(folder, { recursive: true });
  const dataFolder = join(folder, 'data');
  const hosts = await seedHosts(dataFolder, join(folder, 'keys'), count, publicPem);
  const where = ['--data', dataFolder];
  const password = makeAdmin(where);
  const start = () =>
    startProgram(
      serverProgram,
      ['start', '--port', port, ...where, '--max-connections', '100000', '--log-level', 'info'],
      dataFolder,
      nodeOptions,
    );
  let port = '0';
  let server = await start();
  // The same one after a restart, as the fleet knows no other.
  port = new URL(server.url).port;
  const token = atServer(where, ['registration_token']).trim();
  const ask = await signIn(server.url, password);
  const empty = await settled(server);
  const orderFile = join(folder, 'fleet.json');
  writeFileSync(orderFile, JSON.stringify({ hosts, url: server.url, token, folder, ...differing }));
  const fleet = fork(fleetProgram, [orderFile]);
  fleet.once('exit', (status) => status !== 0 && console.error(`The fleet ended with ${status}.`));
  const told = async (isIt) => {
    for (;;) {
      const [message] = await once(fleet, 'message');
      if (isIt(message)) return message;
    }
  };
  await told(({ isConnected }) => isConnected);
  return {
    ask,
    /** Before anybody was connected. */
    empty,
    probe: () => server.probe(),
    settled: () => settled(server),
    /** Gives all hosts a program; answers after how many milliseconds the last result was stored. */
    async run(program, more = {}) {
      const stored = told(({ storedAt }) => storedAt);
      const began = now();
      const job = await ask('POST', '/api/v2/jobs', {
        program,
        interpreter: 'sh',
        targets: { hosts_groups: ['All hosts'] },
        yes: count,
        ...more,
      });
      const dispatchedMs = now() - began;
      return { job, dispatchedMs, ms: (await stored).storedAt - began };
    },
    /** Ends the server and starts it again; answers in how many seconds all were back. */
    async restart() {
      const gone = told(({ isConnected }) => isConnected === false);
      await server.stop();
      await gone;
      const back = told(({ isConnected }) => isConnected);
      server = await start();
      const began = now();
      return ((await back).at - began) / 1000;
    },
    async stop() {
      const peak = told(({ fleetPeakMb }) => fleetPeakMb);
      fleet.send('stop');
      const { fleetPeakMb } = await peak;
      await server.stop();
      return { fleetPeakMb };
    },
  };
}

/** What the server says of itself once it has come to rest. */
async function settled(server) {
  await pause(3000);
  return server.probe();
}

function now() {
  return performance.timeOrigin + performance.now();
}
