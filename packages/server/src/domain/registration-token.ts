import { randomSecret, sha256Hex } from '@remotes/protocol/crypto/digest';
import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { Mind } from './mind.ts';
import type { RegistrationToken } from './ports.ts';

/**
 * A registration token is `<secret>.<fingerprint of the server's signing key>`. A v1 client sends it whole; the
 * fingerprint is for clients that check the server before they send the secret.
 */
export function newRegistrationToken(fingerprint: string): string {
  const secret = randomSecret();
  // After a leading dash `--token SECRET` would be taken for another option, by v1 clients too.
  return secret.startsWith('-') ? newRegistrationToken(fingerprint) : `${secret}.${fingerprint}`;
}

/**
 * By what a token is found, if it is one of ours and whole: a half that was sent lets nobody in, so that whoever lost the
 * other half, by which a client knows the server, does not get used to it.
 */
export async function knownTokenHash(
  { storage, masterKey }: Pick<Mind, 'storage' | 'masterKey'>,
  token: string,
): Promise<string | undefined> {
  const secretHash = registrationSecretHash(token);
  const known = await storage.tables.registrationTokens.bySecretHash(secretHash);
  if (!known) return undefined;
  const whole = openRegistrationToken(masterKey, known.sealed);
  return whole === undefined || whole === token ? secretHash : undefined;
}

/** What is stored to find a token by: a hash of its secret part alone. */
export function registrationSecretHash(token: string): string {
  const dot = token.indexOf('.');
  return sha256Hex(`registration token:${dot < 0 ? token : token.slice(0, dot)}`);
}

const purpose = 'registration token';

/** Seals a token for storage, so that it can be shown again. */
export function sealRegistrationToken(masterKey: MasterKey, token: string): string {
  return seal(masterKey, token, purpose);
}

/** The token as it was made; undefined when it was sealed under another master key. */
export function openRegistrationToken(masterKey: MasterKey, sealed: string): string | undefined {
  return openSealed(masterKey, sealed, purpose);
}

/** Hosts that registered keep their place for this long, whatever becomes of the token. */
export const placeKeptMs = 60 * 60 * 1000;

/** Why nobody may register with this token any more, if so. Uses are judged apart. */
export function refusalOfToken(token: RegistrationToken | undefined, now: number): Refusal | undefined {
  if (!token) return refuse('invalid_token');
  if (token.revokedAt !== null) return refuse('token_revoked');
  if (token.expiresAt !== null && now >= token.expiresAt) return refuse('token_expired');
  return undefined;
}
