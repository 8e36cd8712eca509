import { describe, expect, test } from 'vitest';
import { passingMs, passingTime } from '../../src/session/passing-time.ts';

/** Clocks of a machine that runs for a minute, sleeps for an hour, and runs for a minute more. */
function clocks() {
  let [runMs, sleptMs] = [5000, 0];
  return {
    uptimeSeconds: () => (runMs + sleptMs) / 1000,
    nowMs: () => runMs,
    run: () => {
      runMs += 60_000;
    },
    sleep: () => {
      sleptMs += 3_600_000;
    },
  };
}

describe('the time that has passed', () => {
  test.each(['linux', 'win32'] as const)('counts the sleep of a machine on %s (it did not)', (platform) => {
    const { run, sleep, ...both } = clocks();
    const passing = passingTime({ platform, ...both });
    const begunMs = passing();
    run();
    expect(passing() - begunMs).toBe(60_000);
    sleep();
    run();
    expect(passing() - begunMs).toBe(3_720_000);
  });

  test.each(['darwin', 'freebsd'] as const)('is that of a clock that nobody sets on %s', (platform) => {
    const { run, sleep, ...both } = clocks();
    const passing = passingTime({ platform, ...both });
    const begunMs = passing();
    sleep();
    run();
    expect(passing() - begunMs).toBe(60_000);
  });

  test('is told where the machine hides since when it is up', () => {
    const uptimeSeconds = () => {
      throw new Error('hidden');
    };
    expect(passingTime({ platform: 'linux', uptimeSeconds, nowMs: () => 7 })()).toBe(7);
  });

  test('passes on this machine', async () => {
    const begunMs = passingMs();
    await expect.poll(() => passingMs()).toBeGreaterThan(begunMs);
  });
});
