import { newMasterKeyText, readMasterKey } from '@remotes/protocol/crypto/seal';
import { expect, test } from 'vitest';
import { secretDigest } from '../../../src/domain/audit/secret-digest.ts';

function newKey() {
  const key = readMasterKey(newMasterKeyText());
  if (!key) throw new Error('A new master key cannot be read.');
  return key;
}

test('the digest of a secret tells whether it is the same, under this master key alone', () => {
  const key = newKey();
  expect(secretDigest(key, 'hunter2')).toBe(secretDigest(key, 'hunter2'));
  expect(secretDigest(key, 'hunter2')).not.toBe(secretDigest(key, 'hunter3'));
  expect(secretDigest(key, 'hunter2')).not.toBe(secretDigest(newKey(), 'hunter2'));
  expect(secretDigest(key, 'hunter2')).toMatch(/^[\w-]{43}$/);
});
