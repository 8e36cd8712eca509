import type { PastRun } from '@remotes/protocol/messages/ran';

/** Cut so that each part fits into one message, and into what the server takes at once. At least one part, and no empty one beside it. */
export function pastBatches(runs: readonly PastRun[], limitBytes: number): PastRun[][] {
  const batches: PastRun[][] = [[]];
  let bytes = 0;
  for (const run of runs) {
    const runBytes = Buffer.byteLength(JSON.stringify(run)) + 1;
    const last = batches.at(-1) ?? [];
    if (last.length > 0 && (last.length === mostRuns || bytes + runBytes > limitBytes)) {
      batches.push([run]);
      bytes = runBytes;
    } else {
      last.push(run);
      bytes += runBytes;
    }
  }
  return batches;
}

const mostRuns = 1000;
