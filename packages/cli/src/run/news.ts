import { setTimeout as delay } from 'node:timers/promises';
import type { ServerEvent } from '../api/event-stream.ts';
import { readEvents } from '../api/event-stream.ts';
import { isTrouble } from '../trouble.ts';

type News = {
  /** Resolves when there is something new, and now and then in case the events do not come. */
  next(waiting: AbortSignal | undefined): Promise<void>;
};

type Hearing = {
  readonly onEvent?: ((event: ServerEvent | undefined) => void) | undefined;
  /** Whether it is worth looking after this event. */
  readonly isNews?: (event: ServerEvent) => boolean;
};

/** Without events it is looked so often. */
const usualPauseMs = 2000;

/**
 * Follows live events, and begins anew where they end. They only say that it is worth looking: what they carry is not
 * counted, so none that is missed can do harm: after a break comes `ready`, and `undefined` now and then while none is heard.
 */
export function watchNews(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Buffer>>,
  signal: AbortSignal,
  { onEvent = () => {}, isNews = () => true }: Hearing = {},
): News {
  let ring: () => void = () => {};
  let hasRung = false;
  let isHearing = false;
  const hear = (event: ServerEvent) => {
    isHearing = true;
    onEvent(event);
    if (!isNews(event)) return;
    hasRung = true;
    ring();
  };
  void readAlong();
  return {
    async next(waiting) {
      if (!hasRung && !waiting?.aborted) await rung(waiting);
      hasRung = false;
    },
  };

  function rung(waiting: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        if (!isHearing) onEvent(undefined);
        end();
      }, usualPauseMs);
      const end = () => {
        clearTimeout(timer);
        waiting?.removeEventListener('abort', end);
        ring = () => {};
        resolve();
      };
      ring = end;
      waiting?.addEventListener('abort', end, { once: true });
    });
  }

  async function readAlong(): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const event of readEvents(await open(signal))) hear(event);
      } catch (thrown) {
        // Looking now and then does as well, only later.
        if (!isTrouble(thrown) && !signal.aborted) throw thrown;
      }
      isHearing = false;
      await delay(usualPauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
