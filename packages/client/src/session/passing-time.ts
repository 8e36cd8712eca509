import { uptime } from 'node:os';

/**
 * Milliseconds that have passed since some moment, those too that the machine has slept: an order that expires meanwhile
 * must be found expired. Node’s own clock stands still in sleep on Linux.
 */
export const passingMs: () => number = oncePerTurn(
  passingTime({
    platform: process.platform,
    uptimeSeconds: uptime,
    nowMs: () => performance.now(),
  }),
);

type Clocks = {
  readonly platform: NodeJS.Platform;
  readonly uptimeSeconds: () => number;
  readonly nowMs: () => number;
};

export function passingTime({ platform, uptimeSeconds, nowMs }: Clocks): () => number {
  // CLOCK_BOOTTIME and GetTickCount64. Elsewhere Node reckons it by the clock on the wall, which may be set.
  if (platform !== 'linux' && platform !== 'win32') return nowMs;
  try {
    uptimeSeconds();
  } catch {
    // Some containers hide it.
    return nowMs;
  }
  return () => uptimeSeconds() * 1000;
}

/** To ask the system takes a while, and much is asked in one turn of the loop. No turn lasts while the loop waits. */
function oncePerTurn(read: () => number): () => number {
  let kept: number | undefined;
  return () => {
    if (kept === undefined) {
      kept = read();
      setImmediate(() => {
        kept = undefined;
      });
    }
    return kept;
  };
}
