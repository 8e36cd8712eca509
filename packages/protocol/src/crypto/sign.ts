import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';

/** A new Ed25519 pair (RFC 8032) as PEM: private PKCS#8, public SPKI (RFC 8410). */
export function newSigningKey(): { privatePem: string; publicPem: string } {
  const pair = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privatePem: pair.privateKey, publicPem: pair.publicKey };
}

/** What a signing key is known by: SHA-256 of its SPKI DER as 43 characters of base64url. Throws when the PEM is no public key. */
export function signingKeyFingerprint(publicPem: string): string {
  return createHash('sha256')
    .update(createPublicKey(publicPem).export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}
