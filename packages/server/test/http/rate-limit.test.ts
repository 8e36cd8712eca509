import { describe, expect, test } from 'vitest';
import { createRateLimit } from '../../src/http/rate-limit.ts';

describe('createRateLimit', () => {
  test('lets each key go on until its count is reached, and again a minute after the first', () => {
    let now = 60_000 * 100 + 45_000;
    const limit = createRateLimit(() => now, 2);
    limit.count('a');
    expect(limit.waitSeconds('a')).toBe(0);
    limit.count('a');
    now += 15_000;
    expect(limit.waitSeconds('a')).toBe(45);
    expect(limit.waitSeconds('b')).toBe(0);
    now += 45_000;
    expect(limit.waitSeconds('a')).toBe(0);
  });

  test('takes counts back, never below none', () => {
    const limit = createRateLimit(() => 0, 1);
    limit.uncount('a');
    limit.count('a');
    limit.uncount('a');
    expect(limit.waitSeconds('a')).toBe(0);
    limit.count('a');
    expect(limit.waitSeconds('a')).toBe(60);
  });

  test('a clock that is set back starts anew rather than lock anybody out', () => {
    let now = 60_000 * 1000;
    const limit = createRateLimit(() => now, 1);
    limit.count('a');
    now -= 60_000 * 500;
    expect(limit.waitSeconds('a')).toBe(0);
  });
});
