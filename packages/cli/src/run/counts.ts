import type { RunCounts } from '@remotes/protocol/operators/job-view';
import { type ExitStatus, exitStatus } from '../exit-status.ts';

/** How a job's runs are told, in the order in which they are told. */
const words: readonly (readonly [state: keyof RunCounts, word: string])[] = [
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['timed_out', 'timed out'],
  ['interrupted', 'interrupted'],
  ['stopped', 'stopped'],
  ['refused', 'refused'],
  ['cancelled', 'cancelled'],
  ['expired', 'expired'],
  ['running', 'running'],
  ['delivered', 'delivered'],
  ['queued', 'waiting'],
];

/** `987 succeeded, 12 failed, 1 waiting`: the states that runs are in. */
export function countsText(counts: RunCounts): string {
  const told = words
    .filter(([state]) => counts[state] > 0)
    .map(([state, word]) => `${counts[state]} ${word}`);
  return told.length === 0 ? 'no runs' : told.join(', ');
}

/** The same of a job that goes on: `999 of 1000 done: 987 succeeded, …`. */
export function progressText(counts: RunCounts): string {
  const total = totalOf(counts);
  const done = total - counts.queued - underWay(counts);
  return `${done} of ${total} done: ${countsText(counts)}`;
}

/** Handed out and not at its end. */
export function underWay({ delivered, running }: RunCounts): number {
  return delivered + running;
}

export function totalOf(counts: RunCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** What a job as it stands makes the program end with: a refusal weighs more than a failure, a failure more than lateness. */
export function statusOf(counts: RunCounts, isHalted: boolean): ExitStatus {
  if (isHalted || counts.refused + counts.cancelled > 0) return exitStatus.refused;
  if (counts.failed + counts.timed_out + counts.interrupted + counts.stopped > 0) return exitStatus.failed;
  if (counts.queued + underWay(counts) + counts.expired > 0) return exitStatus.late;
  return exitStatus.done;
}

/** `1 host`, `3 hosts`. */
export function hostsText(count: number): string {
  return countText(count, 'host');
}

/** `1 run`, `3 runs`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
