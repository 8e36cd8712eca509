/** The longest time by which trouble lengthens the interval. */
const boundSeconds = 300;
/** The longest time for which a server may put its hosts off. */
const longestRetryAfterSeconds = 3600;

export type Standing = {
  intervalSeconds: number;
  /** How many times running there was trouble. */
  failures: number;
  /** What the server asked for, if it did. */
  retryAfterSeconds: number | undefined;
};

/**
 * How long to wait for the next pass: the interval, and after trouble up to twice as much again each time, drawn at random
 * (full jitter), so that a fleet does not come back as one.
 */
export function nextWaitSeconds(
  { intervalSeconds, failures, retryAfterSeconds }: Standing,
  random: () => number = Math.random,
): number {
  const spread = failures === 0 ? 0 : Math.min(boundSeconds, intervalSeconds * 2 ** Math.min(failures, 30));
  const asked = Math.min(retryAfterSeconds ?? 0, longestRetryAfterSeconds);
  return Math.max(intervalSeconds, asked) + random() * spread;
}

/** Nobody vouches for what an upgrade is refused with, nor for the code of a close. */
const longestAskedSeconds = 120;

/**
 * How long to wait before a connection that was lost is tried again: drawn at random up to a second, then two, four, up to a
 * minute; or as long as was asked for, and a random part of that more.
 */
export function reconnectSeconds(
  failures: number,
  askedSeconds: number | undefined,
  random: () => number = Math.random,
): number {
  if (askedSeconds === undefined) return random() * Math.min(60, 2 ** Math.min(failures, 30));
  return Math.min(askedSeconds, longestAskedSeconds) * (1 + random() / 2);
}
