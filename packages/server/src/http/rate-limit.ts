import type { Clock } from '../domain/clock.ts';

/**
 * Counts per key in windows of one minute, kept in the memory of this process alone. A window begins, empty, with the
 * first request after the last one ended; so what is kept is bounded by what one minute can bring, and by the capacity.
 */
export type RateLimit = {
  /** Seconds until the key may go on; 0 when it has something left. */
  waitSeconds(key: string): number;
  count(key: string): void;
  /** Takes one count back, where it belongs to this window. */
  uncount(key: string): void;
};

const windowMs = 60_000;
const capacity = 100_000;

export function createRateLimit(clock: Clock, perMinute: number): RateLimit {
  const counts = new Map<string, number>();
  let endsAt = Number.NEGATIVE_INFINITY;
  const leaveOldWindow = () => {
    const now = clock();
    // A clock that was set back must not keep a window open.
    if (now >= endsAt || now < endsAt - windowMs) {
      counts.clear();
      endsAt = now + windowMs;
    }
    return now;
  };
  return Object.freeze({
    waitSeconds(key: string) {
      const now = leaveOldWindow();
      if ((counts.get(key) ?? 0) < perMinute) return 0;
      return Math.ceil((endsAt - now) / 1000);
    },
    count(key: string) {
      leaveOldWindow();
      const oldest = counts.keys().next();
      if (counts.size >= capacity && !counts.has(key) && !oldest.done) counts.delete(oldest.value);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    uncount(key: string) {
      leaveOldWindow();
      const count = counts.get(key) ?? 0;
      if (count > 0) counts.set(key, count - 1);
    },
  });
}
