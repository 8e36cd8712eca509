import { openCurrentWorker } from '../agent/current-worker.ts';
import { live } from '../agent/live.ts';
import { listenForStop } from '../agent/stop-signals.ts';
import type { Context } from '../context.ts';
import { write } from '../write.ts';
import { channelFinder } from './channel-finder.ts';

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

const usualIntervalSeconds = 30;
/** Of a host that is connected twice: whoever starts it again has to look into that first. */
const endedForGood = 4;
