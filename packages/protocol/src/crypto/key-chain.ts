import { canonicalJson } from '../values/canonical-json.ts';
import type { KeySuccession } from '../values/key-succession.ts';
import { isSignedFor, readSigningPublicKey, signingKeyFingerprint } from './sign.ts';

/** The key that somebody signed with, and what is to lead to it. */
export type Proved = {
  /** The server's uuid. */
  readonly server: string;
  /** Keys as they travel: 43 characters of base64url. */
  readonly signing_key: string;
  readonly recovery_key: string;
  readonly successions: readonly KeySuccession[];
};

/**
 * Whether successions lead from a key that is trusted to the one that signed the proof, each named by the one before it
 * or by the recovery key. Both trusted keys are fingerprints.
 */
export function leadsTo(
  proof: Proved,
  /** `recoveryKey` is undefined as long as nothing but a token is known of the server. */
  trusted: { readonly signingKey: string; readonly recoveryKey: string | undefined },
): boolean {
  const goal = fingerprintOf(proof.signing_key);
  if (goal === undefined) return false;
  // The first that leads on from a key counts.
  const leadingOn = new Map(
    proof.successions.toReversed().map((one) => [fingerprintOf(one.previous_key), one]),
  );
  const followed = new Set<KeySuccession>();
  for (let at: string | undefined = trusted.signingKey; at !== goal; ) {
    const next = leadingOn.get(at);
    // Each leads on once: whoever draws a circle does not arrive.
    if (next === undefined || followed.has(next)) return false;
    const isGood =
      next.by === 'signing' ? isBySigningKey(proof, next) : isByRecoveryKey(proof, next, trusted);
    if (!isGood) return false;
    followed.add(next);
    at = fingerprintOf(next.next_key);
  }
  return true;
}

/**
 * When the recovery key last named a key that leads to the one that signed the proof, be it that key itself: `at_ms` of
 * that succession. Whoever trusts the recovery key trusts this, whatever signing key he holds, as a thief's may be the one
 * that he has followed; but not if he has followed a newer one, for this may be an old one that is said again.
 */
export function recoveredAtMs(proof: Proved, recoveryKey: string): number | undefined {
  const times = proof.successions
    .filter((one) => one.by === 'recovery' && isByRecoveryKey(proof, one, { recoveryKey }))
    .filter((one) => leadsTo(proof, { signingKey: fingerprintOf(one.next_key) ?? '', recoveryKey }))
    .map((one) => one.at_ms);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Whether each succession was signed by the key that it is to be signed by. Whether they lead anywhere is not looked at. */
export function areSigned(proof: Proved): boolean {
  const recoveryKey = fingerprintOf(proof.recovery_key);
  return proof.successions.every((one) =>
    one.by === 'signing' ? isBySigningKey(proof, one) : isByRecoveryKey(proof, one, { recoveryKey }),
  );
}

function isBySigningKey({ server }: Proved, succession: KeySuccession): boolean {
  return succession.server === server && isSignedBy(succession, succession.previous_key);
}

function isByRecoveryKey(
  { server, recovery_key }: Proved,
  succession: KeySuccession,
  { recoveryKey }: { readonly recoveryKey: string | undefined },
): boolean {
  return (
    succession.server === server &&
    fingerprintOf(recovery_key) === recoveryKey &&
    isSignedBy(succession, recovery_key)
  );
}

function isSignedBy({ signature, ...signed }: KeySuccession, keyText: string): boolean {
  const key = readSigningPublicKey(keyText);
  return key !== undefined && isSignedFor('key succession', key, canonicalJson(signed), signature);
}

/** Undefined for a text that is no key. */
export function fingerprintOf(keyText: string): string | undefined {
  const key = readSigningPublicKey(keyText);
  return key && signingKeyFingerprint(key);
}
