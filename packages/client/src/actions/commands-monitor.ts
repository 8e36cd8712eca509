import { monitor } from '../agent/monitor.ts';
import { listenForStop } from '../agent/stop-signals.ts';
import { openWorker, recoverWorker, reloadWorker } from '../agent/worker.ts';
import type { Context } from '../context.ts';
import { openSettingsFile } from '../settings-file.ts';
import { write } from '../write.ts';

/** Runs what is due, again and again, until SIGTERM. SIGHUP reads the settings anew. */
export async function monitorCommands(context: Context): Promise<number> {
  const { flags } = context;
  const log = (line: string) => write(2, `${new Date().toISOString()} ${line}\n`);
  const signals = listenForStop(['SIGINT', 'SIGTERM'], log);
  let worker = await openWorker({ ...context, say: log }, signals);
  const current = async () => {
    worker = await recoverWorker({ ...context, say: log }, worker);
    return worker;
  };
  const onHangUp = async () => {
    try {
      const settings = openSettingsFile(flags.settingsPath, log);
      worker = await reloadWorker({ ...context, settings, say: log }, worker);
      log('SIGHUP: the settings were read anew');
    } catch (error) {
      log(`SIGHUP: the settings stay as they were: ${(error as Error).message}`);
    }
  };
  process.on('SIGHUP', onHangUp);
  const intervalSeconds = flags.intervalSeconds ?? 0;
  log(`watching for commands of ${worker.serverUrl} every ${intervalSeconds} s`);
  try {
    await monitor({ worker: current, finish: signals.finish, intervalSeconds, log });
    log('ended as asked');
    return 0;
  } finally {
    await worker.journal.close();
    process.off('SIGHUP', onHangUp);
    signals.close();
  }
}
