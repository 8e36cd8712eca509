import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { type CanonicalValue, canonicalJson } from '@remotes/protocol/values/canonical-json';
import { type AdministrationRefusal, decline } from '../administration-refusal.ts';

/** What a caller has seen of something, as a short text: another one when any of these values has changed. */
export function rowVersion(values: CanonicalValue): string {
  return sha256Hex(canonicalJson(values)).slice(0, 20);
}

/** Refuses a change of what is not any more as its asker saw it; null: he said nothing of what he saw. */
export function refusalOfVersion(
  what: string,
  present: string,
  wanted: string | null,
): AdministrationRefusal | undefined {
  if (wanted === null || wanted === present) return undefined;
  return decline('version_changed', `${what} was changed meanwhile: look at it again, and then change it.`);
}
