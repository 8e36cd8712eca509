import { createHash, randomBytes } from 'node:crypto';

/** SHA-256 (FIPS 180-4) of bytes, or of a text in UTF-8, in lower-case hexadecimal. */
export function sha256Hex(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** A host token: 20 random bytes as 40 hexadecimal characters, the form that v1 clients know. */
export function randomHexToken(): string {
  return randomBytes(20).toString('hex');
}

/** A secret for everything else: 32 random bytes as 43 characters of base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
