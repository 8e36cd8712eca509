import { createPublicKey, type KeyObject } from 'node:crypto';

/**
 * Makes a key of the 32 bytes of a public key on Curve25519. By way of PEM, which OpenSSL reads several times faster than
 * a JWK. Throws for any other length.
 */
export function rawPublicKey(algorithm: 'Ed25519' | 'X25519', raw: Buffer): KeyObject {
  if (raw.length !== 32) throw new RangeError('A key on Curve25519 has 32 bytes.');
  return createPublicKey(
    `-----BEGIN PUBLIC KEY-----\n${spkiBeginnings[algorithm]}${raw.toString('base64')}\n-----END PUBLIC KEY-----\n`,
  );
}

/** What stands before the key in its SPKI DER (RFC 8410): 12 bytes, so that base64 of the key follows whole. */
const spkiBeginnings = { Ed25519: 'MCowBQYDK2VwAyEA', X25519: 'MCowBQYDK2VuAyEA' } as const;
