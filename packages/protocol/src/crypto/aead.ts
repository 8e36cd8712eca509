import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { fewRandomBytes } from './random.ts';

/**
 * Seals bytes with AES-256-GCM (NIST SP 800-38D, RFC 5116) under a random 96-bit nonce, good for 2^32 seals under one
 * key; `bound` is authenticated along with them and not sent. The answer is nonce, ciphertext and tag: 28 bytes more.
 */
export function sealAead(key: KeyObject, plain: Uint8Array, bound: Uint8Array): Buffer {
  const nonce = fewRandomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@link sealAead} made. Undefined when anything of it was changed, or when the key or what is bound to it is another. */
export function openAead(key: KeyObject, sealed: Uint8Array, bound: Uint8Array): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
