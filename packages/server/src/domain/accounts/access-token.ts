import { randomSecret, sha256Hex } from '@remotes/protocol/crypto/digest';

/** Of API tokens, sessions, set-up links and programs that wait to be let in. */
export type AccessTokenKind = 'api' | 'ses' | 'set' | 'dev';

/** `rmt_<kind>_` and 43 characters: shown once, and never kept. The prefix lets people, and scanners of secrets, know it. */
export function newAccessToken(kind: AccessTokenKind): string {
  return `rmt_${kind}_${randomSecret()}`;
}

export function isAccessToken(kind: AccessTokenKind, text: string): boolean {
  return text.startsWith(`rmt_${kind}_`);
}

/**
 * What is kept of a token, and what it is found by. It holds 256 random bits, so that a fast hash is enough, and looking
 * a hash up tells nothing by the time it takes: whoever asks cannot choose the hash.
 */
export function accessTokenHash(token: string): string {
  return sha256Hex(token);
}
