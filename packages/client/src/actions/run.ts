import { openCurrentWorker } from '../agent/current-worker.ts';
import { live } from '../agent/live.ts';
import { listenForStop } from '../agent/stop-signals.ts';
import type { Context } from '../context.ts';
import { isAtServer } from '../endpoints.ts';
import { readPin } from '../pin.ts';
import { passingMs } from '../session/passing-time.ts';
import { isTrouble } from '../trouble.ts';
import { write } from '../write.ts';
import { askDiscover, discoverChanges } from './discover.ts';

/** Works as long as it is let: commands come by the live channel where the server has one, else they are fetched. */
export async function runHost(context: Context): Promise<number> {
  const log = (line: string) => write(2, `${new Date().toISOString()} ${line}\n`);
  const signals = listenForStop(['SIGINT', 'SIGTERM'], log);
  const current = await openCurrentWorker(context, signals, log);
  process.on('SIGHUP', current.hangUp);
  const { serverUrl } = await current.worker();
  log(`working for ${serverUrl}`);
  try {
    const ending = await live({
      current,
      hasChannel: channelFinder(current.context),
      finish: signals.finish,
      intervalSeconds: context.flags.intervalSeconds ?? usualIntervalSeconds,
      log,
    });
    log(ending === undefined ? 'ended as asked' : `ended for good: ${ending.sentence}`);
    return ending === undefined ? 0 : endedForGood;
  } finally {
    await current.close();
    process.off('SIGHUP', current.hangUp);
    signals.close();
  }
}

/** Whether the server names a live channel; a settings file that is older than the channel is completed in memory. */
function channelFinder(contextNow: () => Context): () => Promise<boolean> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const context = contextNow();
    const { settings } = context;
    const isKnown = () => {
      const path = settings.get('endpoints', 'channel');
      return path !== undefined && isAtServer(settings, path);
    };
    if (readPin(settings) === undefined) return false;
    if (isKnown() || passingMs() - askedAtMs < askAgainMs) return isKnown();
    askedAtMs = passingMs();
    try {
      const answer = await askDiscover(context);
      if (answer.isOk)
        settings.stage(
          discoverChanges({ ...context, say: () => {} }, answer).filter(([, name]) => name === 'channel'),
        );
    } catch (error) {
      if (!isTrouble(error)) throw error;
    }
    return isKnown();
  };
}

const usualIntervalSeconds = 30;
const askAgainMs = 300_000;
/** Of a host that is connected twice: whoever starts it again has to look into that first. */
const endedForGood = 4;
