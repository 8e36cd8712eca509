import { createHmac } from 'node:crypto';
import type { MasterKey } from '@remotes/protocol/crypto/seal';

/**
 * What the audit keeps of a secret: HMAC-SHA-256 (RFC 2104) under a key of the server's own, as 43 characters of
 * base64url. It shows whether two values are the same; whoever lacks the master key can try no guess by it.
 */
export function secretDigest(masterKey: MasterKey, secret: string): string {
  return createHmac('sha256', masterKey.digesting).update(secret).digest('base64url');
}
