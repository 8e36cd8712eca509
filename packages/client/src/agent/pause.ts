import { setTimeout as wait } from 'node:timers/promises';

/** Waits so long, or until the signal. */
export async function pause(seconds: number, finish: AbortSignal): Promise<void> {
  for (let left = seconds; left > 0 && !finish.aborted; left -= longestTimerSeconds) {
    await wait(Math.min(left, longestTimerSeconds) * 1000, undefined, { signal: finish }).catch(() => {});
  }
}

const longestTimerSeconds = 86_400;
