// Many simulated hosts that share one process and one journal.
import { join } from 'node:path';
import { runHost } from './host.mjs';
import { openFleetJournal } from './journal.mjs';

/** `onStored`: after each run whose result the server has stored. */
export async function startFleet({
  hosts,
  server,
  folder,
  executes = false,
  outputBytes = 100,
  pollSeconds,
  onStored = () => {},
}) {
  const journal = await openFleetJournal(join(folder, 'journal'));
  const stopping = [];
  const connected = new Set();
  let runs = 0;
  let trouble;
  const stored = () => {
    runs += 1;
    onStored(runs);
  };
  const working = hosts.map(({ uuid, fingerprint, settings }) =>
    runHost({
      context: server.contextOf(settings),
      host: uuid,
      fingerprint,
      serverId: server.serverId,
      journal: journal.of(),
      signals: signalsOfOne(stopping),
      execute: executes ? undefined : endsAtOnce(outputBytes),
      pollSeconds,
      log(line) {
        if (line.startsWith('connected to')) connected.add(uuid);
        else if (/^command .*stored( now)?$/.test(line) && !line.includes('not stored')) stored();
        else {
          if (!line.startsWith('command ')) connected.delete(uuid);
          trouble = line;
        }
      },
    }),
  );
  return Object.freeze({
    state: () => ({ connected: connected.size, runs, trouble }),
    async stop() {
      for (const controller of stopping) controller.abort();
      await Promise.all(working);
      await journal.close();
    },
  });
}

/** Of each host its own: a signal takes time for each who listens to it, and hosts begin and end to listen all the time. */
function signalsOfOne(stopping) {
  const [finish, stop] = [new AbortController(), new AbortController()];
  stopping.push(finish, stop);
  return { finish: finish.signal, stop: stop.signal };
}

function endsAtOnce(outputBytes) {
  const stdout = Buffer.from('a line of the simulated output\n'.repeat(1 + outputBytes / 31)).subarray(
    0,
    outputBytes,
  );
  return async () => ({
    ending: 'exited',
    exitCode: 0,
    stdout,
    stderr: Buffer.alloc(0),
    cutBytes: { stdout: 0, stderr: 0 },
    startedAtMs: Date.now(),
    durationMs: 0,
  });
}
