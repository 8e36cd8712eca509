import type { Clock } from '../domain/clock.ts';

/**
 * Counts per key in windows of one minute, kept in the memory of this process alone. Every window starts empty, so
 * what is kept is bounded by what one minute can bring, and by the capacity.
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
  let window = Number.NaN;
  const enterWindow = () => {
    const now = clock();
    const current = Math.floor(now / windowMs);
    if (current !== window) counts.clear();
    window = current;
    return now;
  };
  return Object.freeze({
    waitSeconds(key: string) {
      const now = enterWindow();
      if ((counts.get(key) ?? 0) < perMinute) return 0;
      return Math.ceil(((window + 1) * windowMs - now) / 1000);
    },
    count(key: string) {
      enterWindow();
      const oldest = counts.keys().next();
      if (counts.size >= capacity && !counts.has(key) && !oldest.done) counts.delete(oldest.value);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    uncount(key: string) {
      enterWindow();
      const count = counts.get(key) ?? 0;
      if (count > 0) counts.set(key, count - 1);
    },
  });
}
