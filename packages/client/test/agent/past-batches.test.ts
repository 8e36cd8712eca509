import { randomUUID } from 'node:crypto';
import type { PastRun } from '@remotes/protocol/messages/ran';
import { expect, test } from 'vitest';
import { pastBatches } from '../../src/agent/past-batches.ts';

function pastOf(count: number, name = 'greet'): PastRun[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ run: randomUUID(), job: randomUUID(), attempt: 1, wire_number: index + 1, revision: 1, name },
    ...{ state: 'succeeded' as const, exit_code: 0, finished_at_ms: 1_795_455_282_640 },
  }));
}

test('a past is told in parts of at most 1,000 runs, in order, and none is left out', () => {
  const runs = pastOf(2500);
  const batches = pastBatches(runs, 15 * 1024 * 1024);
  expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 500]);
  expect(batches.flat()).toEqual(runs);
});

test('each part fits into what the server takes at once, whatever the names are', () => {
  const runs = pastOf(500, '𝕏'.repeat(100));
  const batches = pastBatches(runs, 65_536);
  expect(batches.flat()).toEqual(runs);
  for (const batch of batches) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(65_536 + 2);
  expect(batches.length).toBeLessThan(8);
});

test('a host that did nothing says so in one part, and a limit that nothing fits parts them one by one', () => {
  expect(pastBatches([], 65_536)).toEqual([[]]);
  expect(pastBatches(pastOf(3), 1).map((batch) => batch.length)).toEqual([1, 1, 1]);
});
