import { createHash } from 'node:crypto';
import type { OutputStream, Run } from '../ports.ts';

type Outcome = Pick<Run, 'state' | 'reason' | 'exitCode' | 'signal' | 'result'> & {
  /** Digests of what is kept of each stream; absent where there is nothing. */
  outputs: Readonly<Partial<Record<OutputStream, string>>>;
};

/** The same text for runs that ended alike, as it is stored: secrets masked, what was too long cut. */
export function outcomeHash({ state, reason, exitCode, signal, result, outputs }: Outcome): string {
  const { stdout = null, stderr = null } = outputs;
  const outcome = JSON.stringify([state, reason, exitCode, signal, result, stdout, stderr]);
  // 128 bits: it tells groups of one job apart.
  return createHash('sha256').update(outcome).digest('base64url').slice(0, 22);
}
