import { signCheckpoint } from '@remotes/protocol/crypto/audit-chain';
import type { AuditCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import type { AuditClosing } from '@remotes/protocol/values/audit-export';
import type { Mind } from '../mind.ts';
import type { ChainHead } from '../ports.ts';
import type { ServerKeyring } from '../server-keyring.ts';

/** The server's word for the chain as it was at this size, at this time. */
export async function signHead(mind: Mind, { size, hash }: ChainHead): Promise<AuditCheckpoint> {
  const { serverId, signingKey } = await mind.serverKeys();
  return signCheckpoint(signingKey, { server: serverId, size, hash, at_ms: mind.clock() });
}

/** A checkpoint with everything that leads from keys of the past to the one that signed it. */
export async function closingOf(mind: Mind, checkpoint: AuditCheckpoint): Promise<AuditClosing> {
  const { successions, recoveryKeyText }: ServerKeyring = await mind.serverKeys();
  const isRecovered = successions.some(({ by }) => by === 'recovery');
  return { checkpoint, recovery_key: isRecovered ? recoveryKeyText : null, successions: [...successions] };
}
