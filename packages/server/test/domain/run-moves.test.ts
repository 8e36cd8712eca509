import { RunState } from '@remotes/protocol/values/run';
import { describe, expect, test } from 'vitest';
import { hasEnded, mayMove } from '../../src/domain/run-moves.ts';

const states = RunState.enum;
/** The legal moves, written down a second time and by hand: MODEL's drawing of a run's life. */
const legal = new Set([
  'queued>delivered',
  'queued>succeeded',
  'queued>failed',
  'queued>timed_out',
  'queued>stopped',
  'queued>interrupted',
  'queued>cancelled',
  'queued>expired',
  'queued>refused',
  'delivered>queued',
  'delivered>running',
  'delivered>succeeded',
  'delivered>failed',
  'delivered>timed_out',
  'delivered>stopped',
  'delivered>interrupted',
  'delivered>cancelled',
  'delivered>expired',
  'delivered>refused',
  'running>succeeded',
  'running>failed',
  'running>timed_out',
  'running>stopped',
  'running>interrupted',
  'interrupted>delivered',
  'interrupted>succeeded',
  'interrupted>failed',
  'interrupted>timed_out',
  'interrupted>stopped',
]);

describe('the table of legal moves', () => {
  test.each(states.flatMap((from) => states.map((to) => [from, to] as const)))('%s to %s', (from, to) => {
    expect(mayMove(from, to)).toBe(legal.has(`${from}>${to}`));
  });

  test.each(['succeeded', 'failed', 'timed_out', 'stopped', 'cancelled', 'expired', 'refused'] as const)(
    '%s is an end',
    (state) => {
      expect(hasEnded(state)).toBe(true);
    },
  );

  test('an interrupted run can still be settled by a late report', () => {
    expect(hasEnded('interrupted')).toBe(false);
  });
});
