import type { EventPlace, StoredEvent, Tables } from '../ports.ts';
import { isBefore } from './event-place.ts';

/** What happens, for all who follow it in this process: one of them asks the database, and all are told. */
export type LiveEvents = {
  /** Where whoever begins now begins. */
  newest(): Promise<EventPlace>;
  /**
   * Events after this place, in order, without a gap; none when nothing has come within a second, or when the signal was
   * given. `forgotten`: what came after this place is not known any more.
   */
  next(place: EventPlace, signal: AbortSignal): Promise<readonly StoredEvent[] | 'forgotten'>;
};

const pollEveryMs = 150;
const patienceMs = 1_000;
const readAtOnce = 500;
/** How many events are at hand for readers that are a little behind. */
const keptEvents = 5_000;
/** Readers are busy between two waits: only when nobody has waited for so many polls, nobody follows. */
const idlePolls = 10;

export function createLiveEvents(tables: Tables): LiveEvents {
  /** Known are all events after `from`, up to the last of `events`; undefined while nobody follows. */
  let known: { readonly from: EventPlace; readonly events: readonly StoredEvent[] } | undefined;
  const waiting = new Set<(fault?: unknown) => void>();
  let isPolling = false;
  let idle = 0;

  const stop = () => {
    isPolling = false;
    known = undefined;
  };
  const poll = async () => {
    idle = waiting.size === 0 ? idle + 1 : 0;
    if (idle > idlePolls || !known) return stop();
    try {
      const fresh = await tables.events.after(known.events.at(-1) ?? known.from, readAtOnce);
      if (fresh.length > 0) {
        known = withFresh(known, fresh);
        wake();
      }
      // What is behind is read without a pause.
      setTimeout(poll, fresh.length === readAtOnce ? 0 : pollEveryMs).unref();
    } catch (fault) {
      stop();
      wake(fault);
    }
  };
  const wake = (fault?: unknown) => {
    for (const tell of waiting) tell(fault);
  };
  const news = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const tell = (fault?: unknown) => {
        waiting.delete(tell);
        clearTimeout(timer);
        signal.removeEventListener('abort', leave);
        if (fault === undefined) resolve();
        else reject(fault);
      };
      const leave = () => tell();
      const timer = setTimeout(leave, patienceMs);
      signal.addEventListener('abort', leave);
      waiting.add(tell);
      if (isPolling) return;
      isPolling = true;
      setTimeout(poll, pollEveryMs).unref();
    });

  return Object.freeze({
    newest: () => tables.events.newest(),
    async next(place: EventPlace, signal: AbortSignal) {
      if (!known || isBefore(place, known.from)) {
        const events = await tables.events.after(place, readAtOnce);
        // After them: what is removed in between must not go unnoticed.
        if (isBefore(place, await tables.events.oldest())) return 'forgotten';
        if (events.length > 0) return events;
        known ??= { from: place, events: [] };
      }
      const atHand = eventsAfter(known?.events ?? [], place);
      if (atHand.length > 0 || signal.aborted) return atHand;
      await news(signal);
      return eventsAfter(known?.events ?? [], place);
    },
  });
}

function withFresh(
  known: { from: EventPlace; events: readonly StoredEvent[] },
  fresh: readonly StoredEvent[],
): { from: EventPlace; events: readonly StoredEvent[] } {
  const events = [...known.events, ...fresh];
  const dropped = events.length - keptEvents;
  if (dropped <= 0) return { from: known.from, events };
  return { from: events[dropped - 1] ?? known.from, events: events.slice(dropped) };
}

/** They are in order: the first one after the place is found by halving. */
function eventsAfter(events: readonly StoredEvent[], place: EventPlace): readonly StoredEvent[] {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const event = events[middle];
    if (event && isBefore(place, event)) high = middle;
    else low = middle + 1;
  }
  return events.slice(low, low + readAtOnce);
}
