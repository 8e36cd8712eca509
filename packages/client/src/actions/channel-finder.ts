import type { Context } from '../context.ts';
import { isAtServer } from '../endpoints.ts';
import { readPin } from '../pin.ts';
import { passingMs } from '../session/passing-time.ts';
import { isTrouble } from '../trouble.ts';
import { askDiscover, discoverChanges } from './discover.ts';

/** Whether the server names a live channel; a settings file that is older than the channel is completed in memory. */
export function channelFinder(contextNow: () => Context): (isDoubted: boolean) => Promise<boolean> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return async (isDoubted) => {
    const context = contextNow();
    const { settings } = context;
    const isKnown = () => {
      const path = settings.get('endpoints', 'channel');
      return path !== undefined && isAtServer(settings, path);
    };
    if (readPin(settings) === undefined) return false;
    // Nobody vouches for what discover says: somebody on the way may have named a path that leads nowhere.
    if (!isDoubted && (isKnown() || passingMs() - askedAtMs < askAgainMs)) return isKnown();
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

const askAgainMs = 300_000;
