import { createHash } from 'node:crypto';
import type { OutputStream, Run } from '../ports.ts';

type Outcome = Pick<Run, 'state' | 'reason' | 'exitCode' | 'signal' | 'result'> & {
  chunks: readonly { stream: OutputStream; bytes: Uint8Array }[];
};

/** The same text for runs that ended alike, as it is stored: secrets masked, what was too long cut. */
export function outcomeHash({ state, reason, exitCode, signal, result, chunks }: Outcome): string {
  const hash = createHash('sha256').update(JSON.stringify([state, reason, exitCode, signal, result]));
  for (const stream of ['stdout', 'stderr'] as const) {
    hash.update(`\0${stream}\0`);
    for (const chunk of chunks) if (chunk.stream === stream) hash.update(chunk.bytes);
  }
  // 128 bits: it tells groups of one job apart.
  return hash.digest('base64url').slice(0, 22);
}
