import type { Context } from '../context.ts';
import { openSettingsFile } from '../settings-file.ts';
import type { Tools } from './run-command.ts';
import { openWorker, recoverWorker, reloadWorker, type Worker } from './worker.ts';

/** A worker that follows the settings file as long as it lives. */
export type CurrentWorker = {
  /** With what the settings say now, and with a journal of its own. Throws a trouble when there is none now. */
  readonly worker: () => Promise<Worker>;
  /** What it was last opened with. */
  readonly context: () => Context;
  /** At SIGHUP: whatever comes of it is logged. */
  readonly hangUp: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function openCurrentWorker(
  first: Context,
  signals: Pick<Tools, 'finish' | 'stop'>,
  log: (line: string) => void,
): Promise<CurrentWorker> {
  let context: Context = { ...first, say: log };
  let worker = await openWorker(context, signals);
  let unusable: string | undefined;
  const readWith = async (say: (line: string) => void) => {
    const settings = openSettingsFile(context.flags.settingsPath, say);
    return { settings, reloaded: await reloadWorker({ ...context, settings, say }, worker) };
  };
  const readAnew = async () => {
    const { settings, reloaded } = await readWith(log);
    worker = { ...reloaded, say: log };
    context = { ...context, settings };
    unusable = undefined;
  };
  /** As by `trust` or an editor; one that is of no use yet is tried each time. */
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
  return Object.freeze({
    async worker() {
      if (context.settings.isOutdated()) await followFile();
      worker = await recoverWorker(context, worker);
      return worker;
    },
    context: () => context,
    async hangUp() {
      try {
        await readAnew();
        log('SIGHUP: the settings were read anew');
      } catch (error) {
        log(`SIGHUP: the settings stay as they were: ${(error as Error).message}`);
      }
    },
    close: () => worker.journal.close(),
  });
}
