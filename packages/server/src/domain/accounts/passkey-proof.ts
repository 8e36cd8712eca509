import { sha256Hex } from '@remotes/protocol/crypto/digest';
import type { PasskeyAssertion } from '@remotes/protocol/operators/passkeys';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Mind } from '../mind.ts';
import { isProblem, type Problem } from '../operators/problem.ts';
import type { Passkey } from '../ports.ts';
import { ceremonyMs, openCeremony, passkeyPlace, refusalOfPlace, sealCeremony } from './passkey-ceremony.ts';
import { type PasskeyProof, signInFailed } from './proof.ts';

/** What a browser is asked for when somebody signs in: any passkey that it has for this server. */
export async function beginPasskeyProof(mind: Mind, origin: string) {
  const place = passkeyPlace(origin);
  if ('because' in place) return refusalOfPlace(place.because);
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
  const options = await generateAuthenticationOptions({ rpID: place.rpId, userVerification: 'required' });
  const ceremony = sealCeremony(mind.masterKey, {
    purpose: 'sign_in',
    challenge: options.challenge,
    operatorId: null,
    expiresAt: mind.clock() + ceremonyMs,
  });
  return { ceremony, options: { ...options } };
}

type Shown = { readonly ceremony: string; readonly response: PasskeyAssertion; readonly origin: string };

/** Whose passkey it was that signed the challenge. */
export async function provePasskey(
  mind: Mind,
  { ceremony: sealed, response, origin }: Shown,
): Promise<{ operatorId: number; proof: PasskeyProof } | Problem> {
  const ceremony = openCeremony(mind.masterKey, sealed, 'sign_in', mind.clock());
  if (isProblem(ceremony)) return ceremony;
  const passkey = await mind.storage.tables.passkeys.byCredentialId(response.id);
  const place = passkeyPlace(origin);
  // Browsers let a page of a subdomain use it too, and whoever holds that says by its own name that it is us.
  if (!passkey || 'because' in place || place.rpId !== passkey.rpId) return signInFailed;
  const counter = await verifiedCounter(passkey, ceremony.challenge, response, origin);
  if (counter === undefined) return signInFailed;
  return {
    operatorId: passkey.operatorId,
    proof: {
      by: 'passkey',
      passkeyId: passkey.id,
      counter,
      challengeHash: sha256Hex(ceremony.challenge),
      challengeExpiresAt: ceremony.expiresAt,
    },
  };
}

/** What it counts now; undefined when the signature is not of this passkey, for this challenge and this place. */
async function verifiedCounter(
  passkey: Passkey,
  challenge: string,
  response: PasskeyAssertion,
  origin: string,
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { clientExtensionResults: {}, ...response } as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: passkey.rpId,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
      },
    });
    return verified ? authenticationInfo.newCounter : undefined;
  } catch {
    // The library throws for whatever is not as it should be: a wrong origin, a counter that went back, bytes that are none.
    return undefined;
  }
}
