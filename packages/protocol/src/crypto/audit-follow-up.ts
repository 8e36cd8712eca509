import type { AuditCheckpoint } from '../values/audit-checkpoint.ts';
import { readAuditClosing } from '../values/audit-export.ts';
import { isCheckpointSigned } from './audit-chain.ts';
import { fingerprintOf, leadsTo } from './key-chain.ts';

/**
 * What the server's word for its chain *at the size of a kept checkpoint* says about that checkpoint and a newer one: the
 * chain still leads through it, it was rewritten, or somebody speaks by a key to which no succession of signing keys leads
 * from those of the two. `said` is what came as an `AuditClosing`; whatever is none confirms nothing.
 */
export function followUp(
  kept: AuditCheckpoint,
  newer: AuditCheckpoint,
  said: unknown,
): 'confirmed' | 'rewritten' | 'other_key' {
  const closing = readAuditClosing(said);
  if (!closing || !isCheckpointSigned(closing.checkpoint)) return 'rewritten';
  const { checkpoint, recovery_key, successions } = closing;
  const { server, size, hash, key: signing_key } = checkpoint;
  if (server !== kept.server || size !== kept.size || hash !== kept.hash) return 'rewritten';
  const proved = { server, signing_key, recovery_key: recovery_key ?? '', successions };
  const isFrom = ({ key }: AuditCheckpoint) =>
    leadsTo(proved, { signingKey: fingerprintOf(key) ?? '', recoveryKey: undefined });
  return isFrom(kept) && isFrom(newer) ? 'confirmed' : 'other_key';
}
