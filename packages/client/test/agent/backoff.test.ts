import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextWaitSeconds, reconnectSeconds } from '../../src/agent/backoff.ts';

const standing = { intervalSeconds: 5, failures: 0, retryAfterSeconds: undefined };

test('without trouble the interval is kept', () => {
  expect(nextWaitSeconds(standing)).toBe(5);
});

test('trouble lengthens it at random, up to twice as much each time and five minutes at most', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, drawn) => {
        const wait = nextWaitSeconds({ ...standing, failures }, () => drawn);
        expect(wait).toBeGreaterThanOrEqual(5);
        expect(wait).toBeLessThanOrEqual(5 + (failures === 0 ? 0 : Math.min(300, 5 * 2 ** failures)));
      },
    ),
  );
  expect(nextWaitSeconds({ ...standing, failures: 3 }, () => 0.5)).toBe(25);
  expect(nextWaitSeconds({ ...standing, failures: 99 }, () => 0.5)).toBe(155);
});

test('what the server asks for is the least, up to an hour', () => {
  expect(nextWaitSeconds({ ...standing, failures: 1, retryAfterSeconds: 60 }, () => 0)).toBe(60);
  expect(nextWaitSeconds({ ...standing, failures: 1, retryAfterSeconds: 1e9 }, () => 0)).toBe(3600);
});

test('a connection is tried again after a random part of a second, then of two, of four, up to a minute', () => {
  const longest = [0, 1, 2, 5, 6, 99].map((failures) => reconnectSeconds(failures, undefined, () => 1));
  expect(longest).toEqual([1, 2, 4, 32, 60, 60]);
  expect(reconnectSeconds(99, undefined, () => 0)).toBe(0);
});

test('a wait that anybody on the way may have made up keeps a host away for three minutes at most', () => {
  expect([1, 8, 120, 1e9].map((asked) => reconnectSeconds(0, asked, () => 1))).toEqual([1.5, 12, 180, 180]);
});
