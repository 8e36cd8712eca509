import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { readBase64UrlLenient } from './base64.ts';
import { fewRandomBytes } from './random.ts';

/**
 * A key of the Fernet specification (https://github.com/fernet/spec): 16 bytes that sign, 16 bytes that encrypt.
 * Make it once and keep it: the key objects inside are several times faster than raw bytes at each use.
 */
export type FernetKey = Readonly<{ signing: KeyObject; encryption: KeyObject }>;

/** Reads the text of a Fernet key: base64url (or base64) of 32 bytes, with padding. Undefined when it is anything else. */
export function readFernetKey(text: string): FernetKey | undefined {
  const bytes = readBase64UrlLenient(text);
  return bytes?.length === 32 ? keyOf(bytes) : undefined;
}

/**
 * The key under which a v1 host seals what it posts: the 32 ASCII characters of the uuid in lower-case hexadecimal, so 16
 * characters sign and 16 encrypt. Takes the uuid with or without hyphens; throws a RangeError for anything else.
 */
export function fernetKeyOfUuid(uuid: string): FernetKey {
  const hex = uuid.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new RangeError('not a uuid');
  return keyOf(Buffer.from(hex, 'latin1'));
}

/** A new random key, and its 44 characters of base64url, which is what travels. */
export function newFernetKey(): { text: string; key: FernetKey } {
  const bytes = fewRandomBytes(32);
  return { text: withPadding(bytes.toString('base64url')), key: keyOf(bytes) };
}

/** For reproducible tokens only: the time defaults to now, the initialisation vector (16 bytes) to random ones. */
export type FernetSealOptions = { timeSeconds?: number | bigint; iv?: Buffer };

/** Makes a Fernet token (version 0x80) of bytes, or of a text in UTF-8. */
export function sealFernet(
  key: FernetKey,
  plaintext: string | Buffer,
  options: FernetSealOptions = {},
): string {
  const head = Buffer.alloc(headBytes);
  head[0] = version;
  head.writeBigUInt64BE(BigInt(options.timeSeconds ?? Math.floor(Date.now() / 1000)), 1);
  const iv = options.iv ?? fewRandomBytes(ivBytes);
  iv.copy(head, headBytes - ivBytes);
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv);
  const body = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext);
  const signed = Buffer.concat([head, body, cipher.final()]);
  return withPadding(Buffer.concat([signed, hmac(key, signed)]).toString('base64url'));
}

/**
 * Opens a Fernet token, whatever its age. Its base64 is read as forgivingly as v1 reads it (line breaks, `+` and `/`, text after
 * the padding). Undefined when the token is malformed or was not made with this key.
 */
export function openFernet(key: FernetKey, token: string): Buffer | undefined {
  const bytes = readBase64UrlLenient(token);
  if (!bytes || bytes.length < headBytes + blockBytes + hmacBytes || bytes[0] !== version) return undefined;
  const signed = bytes.subarray(0, -hmacBytes);
  if (!timingSafeEqual(hmac(key, signed), bytes.subarray(-hmacBytes))) return undefined;
  const decipher = createDecipheriv(
    'aes-128-cbc',
    key.encryption,
    signed.subarray(headBytes - ivBytes, headBytes),
  );
  try {
    return Buffer.concat([decipher.update(signed.subarray(headBytes)), decipher.final()]);
  } catch {
    // Rightly signed, but not whole blocks or wrongly padded: whoever holds the key made it badly.
    return undefined;
  }
}

function keyOf(bytes: Buffer): FernetKey {
  return Object.freeze({
    signing: createSecretKey(bytes.subarray(0, 16)),
    encryption: createSecretKey(bytes.subarray(16, 32)),
  });
}

function hmac(key: FernetKey, signed: Buffer): Buffer {
  return createHmac('sha256', key.signing).update(signed).digest();
}

function withPadding(base64url: string): string {
  return base64url + '='.repeat(-base64url.length & 3);
}

const version = 0x80;
const ivBytes = 16;
const blockBytes = 16;
const hmacBytes = 32;
/** Version (1), time (8), initialisation vector (16). */
const headBytes = 1 + 8 + ivBytes;
