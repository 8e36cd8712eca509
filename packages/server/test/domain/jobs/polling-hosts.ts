import { randomUUID } from 'node:crypto';
import { isRefusal } from '@remotes/protocol/errors';
import { outcomeHash } from '../../../src/domain/jobs/outcome-hash.ts';
import type { AdHocJob } from '../../../src/domain/ports.ts';
import type { Storage } from '../../../src/domain/storage.ts';
import { start } from '../small-fleet.ts';

/** Fetches the job for a host that polls; false where there is nothing for it now. */
export async function fetchJob(
  storage: Storage,
  job: AdHocJob,
  hostId: number,
  now = start,
): Promise<boolean> {
  const { wireNumber } = job;
  const asked = { hostId, wireNumber, runId: randomUUID(), graceMs: 60_000, now };
  return !isRefusal(await storage.decide('deliverRun', asked));
}

/** Posts what became of it. */
export async function postEnd(
  storage: Storage,
  job: AdHocJob,
  hostId: number,
  state: 'succeeded' | 'failed',
  stdout = '',
): Promise<void> {
  const chunks = stdout === '' ? [] : [{ stream: 'stdout' as const, bytes: Buffer.from(stdout) }];
  const ended = { state, reason: null, exitCode: null, signal: null, result: null };
  const answer = await storage.decide('finishRun', {
    ...ended,
    stored: { chunks: 0, bytes: 0 },
    chunks,
    hostId,
    wireNumber: job.wireNumber,
    now: start,
    outcome: outcomeHash({ ...ended, outputs: { stdout } }),
    startedAt: null,
    items: undefined,
    outputBytes: stdout.length,
    cutBytes: 0,
    isMasked: false,
  });
  if (isRefusal(answer)) throw new Error(answer.sentence);
}
