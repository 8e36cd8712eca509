import { type Static, Type } from 'typebox';
import { Bytes32, Signature, TimeMs, Uuid } from './text-forms.ts';

/**
 * One signing key names the next. Signed for the purpose `key succession`, over the canonical JSON of all members but
 * the signature, by the previous key or by the recovery key.
 */
export const KeySuccession = Type.Object({
  server: Uuid,
  previous_key: Bytes32,
  next_key: Bytes32,
  at_ms: TimeMs,
  by: Type.Enum(['signing', 'recovery']),
  signature: Signature,
});
export type KeySuccession = Static<typeof KeySuccession>;
