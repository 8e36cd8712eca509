import type { KeyObject } from 'node:crypto';
import type { AuditCheckpoint } from '../values/audit-checkpoint.ts';
import { canonicalJson } from '../values/canonical-json.ts';
import { sha256Hex } from './digest.ts';
import { isSignedFor, readSigningPublicKey, signFor, signingPublicText } from './sign.ts';

/** What stands before the first entry: 32 zero bytes, in hexadecimal. */
export const chainStart = '0'.repeat(64);

/** The hash of an entry: SHA-256 of the hash before it (its 32 bytes) and of the entry's canonical JSON in UTF-8, in hexadecimal. */
export function chainHash(former: string, entry: string): string {
  return sha256Hex(Buffer.concat([Buffer.from(former, 'hex'), Buffer.from(entry)]));
}

/** Signs that the chain of this server had so many entries, and led to this hash, at this time. */
export function signCheckpoint(
  signingKey: KeyObject,
  said: Pick<AuditCheckpoint, 'server' | 'size' | 'hash' | 'at_ms'>,
): AuditCheckpoint {
  const { server, size, hash, at_ms } = said;
  const signed = { server, size, hash, at_ms, key: signingPublicText(signingKey) };
  return { ...signed, signature: signFor('audit checkpoint', signingKey, canonicalJson(signed)) };
}

/** Whether the key that a checkpoint names has signed it. Whose key that is, is another question. */
export function isCheckpointSigned({ signature, ...signed }: AuditCheckpoint): boolean {
  const key = readSigningPublicKey(signed.key);
  return key !== undefined && isSignedFor('audit checkpoint', key, canonicalJson(signed), signature);
}
