import { randomBytes } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';

const count = 10;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const length = 16;

/** Ten codes of 80 bits, `xxxx-xxxx-xxxx-xxxx`, each good once in the place of a one-time code; and what is kept of them. */
export function newRecoveryCodes(operatorId: number): {
  readonly codes: string[];
  readonly codeHashes: readonly string[];
} {
  const codes = Array.from({ length: count }, () =>
    [...randomBytes(length)]
      .map((byte) => alphabet[byte % alphabet.length])
      .join('')
      .replace(/(.{4})(?=.)/g, '$1-'),
  );
  return { codes, codeHashes: codes.map((code) => recoveryCodeHash(operatorId, code)) };
}

/** What is kept of one; however it was typed. Its 80 bits are out of reach of guessing, so a fast hash is enough. */
export function recoveryCodeHash(operatorId: number, code: string): string {
  return sha256Hex(`recovery code:${operatorId}:${code.replace(/[\s-]/g, '').toLowerCase()}`);
}
