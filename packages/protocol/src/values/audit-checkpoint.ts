import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { Bytes32, Sha256, Signature, TimeMs, Uuid } from './text-forms.ts';

/**
 * The server's word for its audit: at that time its first `size` entries led to this hash. The canonical JSON of all
 * members but the signature is signed for the purpose `audit checkpoint`.
 */
export const AuditCheckpoint = Type.Object({
  server: Uuid,
  size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  hash: Sha256,
  at_ms: TimeMs,
  /** The signing key by which it was signed. */
  key: Bytes32,
  signature: Signature,
});
export type AuditCheckpoint = Static<typeof AuditCheckpoint>;

/** The header of every answer to somebody who has signed in. */
export const checkpointHeader = 'Remotes-Checkpoint';

/** A checkpoint as that header has it: its members between colons. */
export function writeCheckpoint({ size, hash, at_ms, server, key, signature }: AuditCheckpoint): string {
  return [size, hash, at_ms, server, key, signature].join(':');
}

/** Reads what {@link writeCheckpoint} wrote; undefined for anything else. Whether the signature is good is not looked at. */
export function readCheckpoint(text: string): AuditCheckpoint | undefined {
  const [size, hash, at_ms, server, key, signature] = text.split(':');
  const read = { size: Number(size), hash, at_ms: Number(at_ms), server, key, signature };
  return Check(AuditCheckpoint, read) && writeCheckpoint(read) === text ? read : undefined;
}

/**
 * What somebody who keeps the newest checkpoint that he was given makes of another one. `kept` is what he had kept *when
 * he asked*: answers may overtake each other. After `smaller` and `conflicting` he keeps the one that he has, and says so:
 * the record was cut off or rewritten, or restored from a backup. `newer` says nothing about what lies between.
 */
export function judgeCheckpoint(
  kept: AuditCheckpoint | undefined,
  given: AuditCheckpoint,
): 'newer' | 'same' | 'smaller' | 'conflicting' {
  if (kept === undefined) return 'newer';
  if (kept.server !== given.server) return 'conflicting';
  if (kept.size === given.size) return kept.hash === given.hash ? 'same' : 'conflicting';
  return kept.size < given.size ? 'newer' : 'smaller';
}
