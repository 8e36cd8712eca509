import { expect, test } from 'vitest';
import { createAdmission } from '../../src/channel/admission.ts';

test('hosts that are too many at once are told to come two thousand in each second (a few had to wait as long as many)', () => {
  let nowMs = 0;
  const admission = createAdmission(200, () => nowMs);
  const told = (count: number) => Array.from({ length: count }, () => admission.waitSeconds(200));
  expect(admission.waitSeconds(199)).toBe(0);
  expect(new Set(told(2000))).toEqual(new Set([1]));
  expect(new Set(told(2000))).toEqual(new Set([2]));
  nowMs = 1000;
  // Those of the first second have come; those of the next are still expected.
  expect(new Set(told(2000))).toEqual(new Set([2]));
});

test('strangers who knock put no host off for longer than half a minute', () => {
  const admission = createAdmission(1, () => 0);
  const waits = Array.from({ length: 70_000 }, () => admission.waitSeconds(1));
  expect(Math.max(...waits)).toBeLessThanOrEqual(30);
  expect(new Set(waits.slice(-1000)).size).toBeGreaterThan(10);
});
