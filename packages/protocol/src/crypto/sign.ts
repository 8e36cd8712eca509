import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { rawPublicKey } from './raw-public-key.ts';

/** What a signature is for. It is signed along, so that a signature made for one purpose is worth nothing for another. */
export type SigningPurpose =
  | 'server handshake'
  | 'host handshake'
  | 'channel key'
  | 'key succession'
  | 'manifest'
  | 'result'
  | 'audit checkpoint';

/** A new Ed25519 pair (RFC 8032) as PEM: private PKCS#8, public SPKI (RFC 8410). */
export function newSigningKey(): { privatePem: string; publicPem: string } {
  const pair = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privatePem: pair.privateKey, publicPem: pair.publicKey };
}

/** Reads an Ed25519 private key in PEM (PKCS#8). Undefined for anything else. */
export function readSigningPrivateKey(pem: string): KeyObject | undefined {
  try {
    return ed25519(createPrivateKey(pem));
  } catch {
    return undefined;
  }
}

/** Reads an Ed25519 public key: SPKI in PEM or, as it travels, its 32 bytes as 43 characters of base64url. Undefined for anything else. */
export function readSigningPublicKey(text: string): KeyObject | undefined {
  try {
    if (text.startsWith('-----BEGIN PUBLIC KEY-----')) return ed25519(createPublicKey(text));
    if (!isBase64Url(text, 32)) return undefined;
    return rawPublicKey('Ed25519', Buffer.from(text, 'base64url'));
  } catch {
    return undefined;
  }
}

/** The 32 bytes of the public half as 43 characters of base64url: the form in which the key travels. */
export function signingPublicText(key: KeyObject): string {
  return publicHalf(key).export({ format: 'jwk' }).x as string;
}

/** The public half as PEM (SPKI). */
export function signingPublicPem(key: KeyObject): string {
  return publicHalf(key).export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * What a signing key is known by: SHA-256 of its SPKI DER as 43 characters of base64url. Takes the key or its PEM;
 * throws when a PEM is no public key.
 */
export function signingKeyFingerprint(key: KeyObject | string): string {
  if (typeof key === 'string') return fingerprintOf(createPublicKey(key));
  const known = fingerprints.get(key) ?? fingerprintOf(publicHalf(key));
  fingerprints.set(key, known);
  return known;
}

/** Asked for with each report, by the same key. */
const fingerprints = new WeakMap<KeyObject, string>();

function fingerprintOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

/** Signs the purpose and these bytes (Ed25519, RFC 8032): 64 bytes as 86 characters of base64url. A text counts as UTF-8. */
export function signFor(purpose: SigningPurpose, privateKey: KeyObject, data: string | Uint8Array): string {
  return sign(null, purposed(purpose, data), privateKey).toString('base64url');
}

/** Whether this signature was made for this purpose, over these bytes, with the key's private half. Never throws. */
export function isSignedFor(
  purpose: SigningPurpose,
  publicKey: KeyObject,
  data: string | Uint8Array,
  signature: string,
): boolean {
  if (!isBase64Url(signature, 64)) return false;
  try {
    return verify(null, purposed(purpose, data), publicKey, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** The same, checked in another thread, so that many are checked at once. Never rejects. */
export function isSignedForAside(
  purpose: SigningPurpose,
  publicKey: KeyObject,
  data: string | Uint8Array,
  signature: string,
): Promise<boolean> {
  if (!isBase64Url(signature, 64)) return Promise.resolve(false);
  return new Promise((resolve) => {
    try {
      const bytes = Buffer.from(signature, 'base64url');
      verify(null, purposed(purpose, data), publicKey, bytes, (fault, isIt) => resolve(!fault && isIt));
    } catch {
      resolve(false);
    }
  });
}

function purposed(purpose: SigningPurpose, data: string | Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`remotes ${purpose} v1\n`),
    typeof data === 'string' ? Buffer.from(data) : data,
  ]);
}

function ed25519(key: KeyObject): KeyObject | undefined {
  return key.asymmetricKeyType === 'ed25519' ? key : undefined;
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

/** Whether the text is the one unpadded base64url spelling (RFC 4648 section 5) of so many bytes. */
function isBase64Url(text: string, bytes: number): boolean {
  const read = Buffer.from(text, 'base64url');
  return read.length === bytes && read.toString('base64url') === text;
}
