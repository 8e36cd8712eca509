import { Type } from 'typebox';

/** A uuid as it travels: lower-case, with hyphens. */
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

/** SHA-256 as 64 lower-case hexadecimal digits. */
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** 32 bytes as 43 characters of base64url: public keys, fingerprints. */
export const Bytes32 = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });

/** An Ed25519 signature as 86 characters of base64url. */
export const Signature = Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' });

/** Milliseconds since 1970-01-01T00:00Z. */
export const TimeMs = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** A number that counts things up, as every database can hold it. */
export const Count = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });
