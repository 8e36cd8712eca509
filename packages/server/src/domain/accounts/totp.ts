import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import { Secret, TOTP } from 'otpauth';

/** One-time codes of six digits, a new one each thirty seconds (RFC 6238 with its usual SHA-1, which every app knows). */
const periodSeconds = 30;
/** A clock may be wrong by so many steps. */
const toleratedSteps = 1;

/** A new secret of 160 bits, in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an app reads from a QR code. */
export function totpUrl(secret: string, issuer: string, account: string): string {
  return new TOTP({ issuer, label: account, secret, period: periodSeconds }).toString();
}

/** The time step that the code belongs to; undefined when it is none of about now. */
export function totpStep(secret: string, code: string, now: number): number | undefined {
  const totp = new TOTP({ secret, period: periodSeconds });
  const delta = totp.validate({ token: code, timestamp: now, window: toleratedSteps });
  return delta === null ? undefined : Math.floor(now / 1000 / periodSeconds) + delta;
}

/** Seals the secret for storage, bound to its account. */
export function sealTotpSecret(masterKey: MasterKey, operatorId: number, secret: string): string {
  return seal(masterKey, secret, purposeOf(operatorId));
}

export function openTotpSecret(masterKey: MasterKey, operatorId: number, sealed: string): string {
  const secret = openSealed(masterKey, sealed, purposeOf(operatorId));
  if (secret === undefined)
    throw new Error(`The one-time code secret of operator ${operatorId} does not open.`);
  return secret;
}

function purposeOf(operatorId: number): string {
  return `totp:${operatorId}`;
}
