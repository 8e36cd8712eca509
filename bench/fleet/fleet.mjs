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
  const finish = new AbortController();
  const stop = new AbortController();
  const signals = { finish: finish.signal, stop: stop.signal };
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
      signals,
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
      finish.abort();
      stop.abort();
      await Promise.all(working);
      await journal.close();
    },
  });
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
