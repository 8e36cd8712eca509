import { expect, test } from 'vitest';
import { randomHexToken, randomSecret, sha256Hex } from '../../src/crypto/digest.ts';

test('sha256Hex digests bytes, and texts in UTF-8', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Hex('é')).toBe(sha256Hex(Buffer.from([0xc3, 0xa9])));
});

test('randomHexToken makes 40 hexadecimal characters, another 40 each time', () => {
  const made = Array.from({ length: 100 }, randomHexToken);
  expect(made.every((token) => /^[0-9a-f]{40}$/.test(token))).toBe(true);
  expect(new Set(made).size).toBe(100);
});

test('randomSecret makes 32 bytes of base64url, other ones each time', () => {
  const made = Array.from({ length: 100 }, randomSecret);
  expect(made.every((secret) => /^[A-Za-z0-9_-]{43}$/.test(secret))).toBe(true);
  expect(new Set(made).size).toBe(100);
});
