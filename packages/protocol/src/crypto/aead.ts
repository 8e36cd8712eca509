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

/**
 * Seals bytes with AES-256-GCM under a nonce that is a number: four zero bytes and 8 bytes, big endian (RFC 5116 section
 * 3.2). The number must never come twice under one key. The answer is ciphertext and tag: 16 bytes more.
 */
export function sealAeadAt(key: KeyObject, number: number, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(algorithm, key, nonceOf(number), { authTagLength: tagBytes });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@link sealAeadAt} made. Undefined when anything of it was changed, or when key or number is another. */
export function openAeadAt(key: KeyObject, number: number, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < tagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonceOf(number), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(nonceBytes);
  nonce.writeBigUInt64BE(BigInt(number), nonceBytes - 8);
  return nonce;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
