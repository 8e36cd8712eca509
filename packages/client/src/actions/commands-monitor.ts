import { openCurrentWorker } from '../agent/current-worker.ts';
import { monitor } from '../agent/monitor.ts';
import { listenForStop } from '../agent/stop-signals.ts';
import type { Context } from '../context.ts';
import { write } from '../write.ts';

/** Runs what is due, again and again, until SIGTERM. The settings are read anew when the file has changed, and at SIGHUP. */
export async function monitorCommands(context: Context): Promise<number> {
  const log = (line: string) => write(2, `${new Date().toISOString()} ${line}\n`);
  const signals = listenForStop(['SIGINT', 'SIGTERM'], log);
  const current = await openCurrentWorker(context, signals, log);
  process.on('SIGHUP', current.hangUp);
  const intervalSeconds = context.flags.intervalSeconds ?? 0;
  const { serverUrl } = await current.worker();
  log(`watching for commands of ${serverUrl} every ${intervalSeconds} s`);
  try {
    await monitor({ worker: current.worker, finish: signals.finish, intervalSeconds, log });
    log('ended as asked');
    return 0;
  } finally {
    await current.close();
    process.off('SIGHUP', current.hangUp);
    signals.close();
  }
}
