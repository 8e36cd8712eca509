import { expect, test } from 'vitest';
import { fewRandomBytes } from '../../src/crypto/random.ts';

test('random bytes are as many as asked for, and never the same twice, across the pool’s edge too', () => {
  const seen = new Set(Array.from({ length: 5000 }, () => fewRandomBytes(16).toString('hex')));
  expect(seen.size).toBe(5000);
  expect([...seen].every((hex) => hex.length === 32 && hex !== '0'.repeat(32))).toBe(true);
  expect(fewRandomBytes(4096)).toHaveLength(4096);
});

test('a piece that was given is not changed by what is given later', () => {
  const piece = fewRandomBytes(32);
  const kept = Buffer.from(piece);
  for (let i = 0; i < 500; i++) fewRandomBytes(32);
  expect(piece).toEqual(kept);
});

test('more than the pool holds is refused', () => {
  expect(() => fewRandomBytes(4097)).toThrow(RangeError);
});
