import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { openAead, sealAead } from './aead.ts';

/**
 * What was derived from a server's master key, one key for each purpose (HKDF-SHA-256, RFC 5869, the purpose as its
 * `info`), so that no two uses ever share a key. The master key itself is not kept.
 */
export type MasterKey = Readonly<{ sealing: KeyObject; digesting: KeyObject }>;

/**
 * Reads a master key: 32 bytes as base64, base64url (padded or not) or 64 hexadecimal digits, white space around it
 * ignored. Undefined when it is anything else.
 */
export function readMasterKey(text: string): MasterKey | undefined {
  const bytes = readKeyBytes(text.trim());
  if (!bytes) return undefined;
  return Object.freeze({
    sealing: derive(bytes, 'remotes sealing at rest v1'),
    digesting: derive(bytes, 'remotes keyed digests v1'),
  });
}

/** A new random master key, as 43 characters of base64url. */
export function newMasterKeyText(): string {
  return randomBytes(keyBytes).toString('base64url');
}

/**
 * Seals a text for rest: AES-256-GCM (NIST SP 800-38D, RFC 5116) with a random 96-bit nonce, which is good for 2^32
 * seals under one key. `context` says what the text is and whose (`host_token:17`); it is bound to the
 * seal as additional data, so that a sealed text moved to another row does not open there.
 * Returns `v1.` and base64url of nonce, ciphertext and tag.
 */
export function seal(key: MasterKey, plaintext: string, context: string): string {
  return format + sealAead(key.sealing, Buffer.from(plaintext), Buffer.from(context)).toString('base64url');
}

/** Opens what {@link seal} made. Undefined when it was changed, or sealed under another key or for another context. */
export function openSealed(key: MasterKey, sealed: string, context: string): string | undefined {
  if (!/^v1\.[A-Za-z0-9_-]{38,}$/.test(sealed)) return undefined;
  const body = Buffer.from(sealed.slice(format.length), 'base64url');
  return openAead(key.sealing, body, Buffer.from(context))?.toString();
}

function readKeyBytes(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^([A-Za-z0-9+/]{43}|[A-Za-z0-9_-]{43})=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // The last character holds two bits too many: where they are set, a character is missing or mistyped.
  const canonical = bytes.toString(/[-_]/.test(text) ? 'base64url' : 'base64').replace('=', '');
  return canonical === text.replace('=', '') ? bytes : undefined;
}

function derive(master: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', master, '', purpose, keyBytes)));
}

const format = 'v1.';
const keyBytes = 32;
