import { isSignedFor, readSigningPublicKey, signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import type { ServerProof } from '@remotes/protocol/requests/handshake';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { KeySuccession } from '@remotes/protocol/values/key-succession';

/**
 * The successions that lead from a key that is trusted to the one that signed the proof: none when it is the same.
 * Undefined when they don't lead there. `recoveryKey` is undefined as long as nothing but a token is known of the server.
 */
export function chainTo(
  proof: Pick<ServerProof, 'server' | 'signing_key' | 'recovery_key' | 'successions'>,
  trusted: { readonly signingKey: string; readonly recoveryKey: string | undefined },
): KeySuccession[] | undefined {
  const goal = fingerprintOf(proof.signing_key);
  if (goal === undefined) return undefined;
  const isRecoveryTrusted = fingerprintOf(proof.recovery_key) === trusted.recoveryKey;
  // The first that leads on from a key counts.
  const leadingOn = new Map(
    proof.successions.toReversed().map((one) => [fingerprintOf(one.previous_key), one]),
  );
  const chain = new Set<KeySuccession>();
  for (let at: string | undefined = trusted.signingKey; at !== goal; ) {
    const next = leadingOn.get(at);
    // Each leads on once: whoever draws a circle does not arrive.
    if (next === undefined || chain.has(next) || next.server !== proof.server) return undefined;
    if (next.by === 'recovery' && !isRecoveryTrusted) return undefined;
    if (!isSignedBy(next, next.by === 'signing' ? next.previous_key : proof.recovery_key)) return undefined;
    chain.add(next);
    at = fingerprintOf(next.next_key);
  }
  return [...chain];
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
