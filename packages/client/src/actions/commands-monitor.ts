import { monitor } from '../agent/monitor.ts';
import { listenForStop } from '../agent/stop-signals.ts';
import { openWorker, recoverWorker, reloadWorker } from '../agent/worker.ts';
import type { Context } from '../context.ts';
import { openSettingsFile } from '../settings-file.ts';
import { write } from '../write.ts';

/** Runs what is due, again and again, until SIGTERM. The settings are read anew when the file has changed, and at SIGHUP. */
export async function monitorCommands(context: Context): Promise<number> {
  const { flags } = context;
  const log = (line: string) => write(2, `${new Date().toISOString()} ${line}\n`);
  const signals = listenForStop(['SIGINT', 'SIGTERM'], log);
  let worker = await openWorker({ ...context, say: log }, signals);
  let { settings } = context;
  let unusable: string | undefined;
  const readWith = async (say: (line: string) => void) => {
    const next = openSettingsFile(flags.settingsPath, say);
    return { next, reloaded: await reloadWorker({ ...context, settings: next, say }, worker) };
  };
  const readAnew = async () => {
    const { next, reloaded } = await readWith(log);
    worker = reloaded;
    settings = next;
    unusable = undefined;
  };
  /** As by `trust` or an editor; one that is of no use yet is tried at each pass. */
  const followFile = async () => {
    try {
      // Whatever else there is to say of it was said at the first try.
      if (unusable !== undefined) await readWith(() => {});
      await readAnew();
      log('the settings file has changed: it was read anew');
    } catch (error) {
      const { message } = error as Error;
      if (message !== unusable)
        log(`the settings file has changed, and the settings stay as they were: ${message}`);
      unusable = message;
    }
  };
  const current = async () => {
    if (settings.isOutdated()) await followFile();
    worker = await recoverWorker({ ...context, settings, say: log }, worker);
    return worker;
  };
  const onHangUp = async () => {
    try {
      await readAnew();
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
