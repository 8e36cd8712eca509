import { isUtf8 } from 'node:buffer';
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { promisify } from 'node:util';
import { readBase64Lenient } from './base64.ts';

/**
 * Reads an RSA public key in PEM: SPKI (`PUBLIC KEY`, RFC 5280) or PKCS#1 (`RSA PUBLIC KEY`, RFC 8017), one block, text around it allowed.
 * Undefined for anything else: other kinds of key, fewer than 2048 or more than 8192 bits, an exponent outside
 * FIPS 186-5 (odd, above 2^16; here below 2^32, so that nobody can make us calculate long), certificates, and private keys,
 * which nobody should have sent.
 */
export function readRsaPublicKey(pem: string): KeyObject | undefined {
  const [, block, ...more] = pem.length <= pemCharacters ? pem.split('-----BEGIN ') : [];
  if (!block || more.length > 0 || !/^(RSA )?PUBLIC KEY-----/.test(block)) return undefined;
  return usable(() => createPublicKey(pem));
}

/**
 * Reads an RSA private key in PEM: PKCS#8 or PKCS#1, encrypted (with its passphrase) or not. Undefined for anything
 * else, with the same limits as a public key, and for a wrong or missing passphrase.
 */
export function readRsaPrivateKey(pem: string, passphrase?: string): KeyObject | undefined {
  if (pem.length > pemCharacters) return undefined;
  return usable(() => createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase }));
}

/** SHA-256 of the public key's SPKI DER, in hexadecimal. Takes either half of a pair. */
export function rsaFingerprint(key: KeyObject): string {
  return createHash('sha256')
    .update(publicHalf(key).export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** The public key as SPKI PEM, whatever it was read from. Takes either half of a pair. */
export function publicPem(key: KeyObject): string {
  return publicHalf(key).export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * RSAES-OAEP (RFC 8017 section 7.1) of a text in UTF-8, with SHA-256, MGF1-SHA-256 and no label, in standard base64. Throws a
 * RangeError when the text has more bytes than the key takes: 190 at 2048 bits, 446 at 4096.
 */
export function encryptOaep(key: KeyObject, text: string): string {
  const bytes = Buffer.from(text);
  const longest = keyBytes(key) - 2 * hashBytes - 2;
  if (bytes.length > longest)
    throw new RangeError(`the text has ${bytes.length} bytes, the key takes ${longest}`);
  return publicEncrypt({ key, ...oaep }, bytes).toString('base64');
}

/**
 * Undoes {@link encryptOaep}. The base64 is read as forgivingly as v1 reads it. Undefined when it was made for another
 * key or in another way, was changed, or isn't a text in UTF-8: the reasons are not told apart, on purpose.
 */
export function decryptOaep(privateKey: KeyObject, base64: string): string | undefined {
  const ciphertext = readBase64Lenient(base64);
  if (ciphertext?.length !== keyBytes(privateKey)) return undefined;
  try {
    const bytes = privateDecrypt({ key: privateKey, ...oaep }, ciphertext);
    return isUtf8(bytes) ? bytes.toString() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * RSASSA-PSS (RFC 8017 section 8.1) over a text in UTF-8, with SHA-256, MGF1-SHA-256 and a salt of the maximal length, in
 * standard base64.
 */
export function signPss(privateKey: KeyObject, text: string): string {
  return sign('sha256', Buffer.from(text), { key: privateKey, ...pss(privateKey) }).toString('base64');
}

/**
 * Whether {@link signPss} made this signature. Only the maximal salt length counts; the base64 is read as forgivingly as
 * v1 reads it.
 */
export function verifyPss(publicKey: KeyObject, text: string, signatureBase64: string): boolean {
  const signature = readBase64Lenient(signatureBase64);
  if (signature?.length !== keyBytes(publicKey)) return false;
  return verify('sha256', Buffer.from(text), { key: publicKey, ...pss(publicKey) }, signature);
}

/** A new pair (exponent 65537): the private key as PKCS#8 PEM, the public one as SPKI PEM. Takes about a second; nothing else waits. */
export async function generateRsaKeys(bits = 4096): Promise<{ privatePem: string; publicPem: string }> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privatePem: pair.privateKey, publicPem: pair.publicKey };
}

function usable(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    const { modulusLength: bits = 0, publicExponent: exponent = 0n } = key.asymmetricKeyDetails ?? {};
    const isSane =
      bits >= 2048 && bits <= 8192 && exponent > 2n ** 16n && exponent < 2n ** 32n && exponent % 2n === 1n;
    return key.asymmetricKeyType === 'rsa' && isSane && hasOddModulus(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** OpenSSL reads a key with an even modulus gladly, and then fails at its first use. */
function hasOddModulus(key: KeyObject): boolean {
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url');
  return ((modulus.at(-1) ?? 0) & 1) === 1;
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

function modulusBits(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

function keyBytes(key: KeyObject): number {
  return Math.ceil(modulusBits(key) / 8);
}

/** The salt length as a number: when verifying, OpenSSL's constants for the maximum and for "auto" accept any length. */
function pss(key: KeyObject): { padding: number; saltLength: number } {
  return {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: Math.ceil((modulusBits(key) - 1) / 8) - hashBytes - 2,
  };
}

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;
const hashBytes = 32;
/** More than any key of 8192 bits needs, with room for text around it. */
const pemCharacters = 32_768;
