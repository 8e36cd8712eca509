import { setTimeout as pass } from 'node:timers/promises';

/** What is found once there is something to be found. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined> | Found | undefined,
  timeoutMs = 20_000,
): Promise<Found> {
  const givenUpAt = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > givenUpAt) throw new Error(`In ${timeoutMs / 1000} s there was not: ${what}`);
    await pass(40);
  }
}
