import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a named condition; says which one when it does not come true in time. */
export async function until(condition: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${condition}`);
    await delay(10);
  }
}
