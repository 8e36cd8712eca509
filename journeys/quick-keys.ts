import { createPrivateKey, generatePrimeSync, type JsonWebKey, type KeyObject } from 'node:crypto';

const exponent = 65537n;
const primeBits = 1024;

/**
 * As many RSA keys of 2048 bits, in a fraction of the time that making each by itself takes: every two of a few primes
 * make one. Whoever has two of them has both private keys, so they are for tests only.
 */
export function makeQuickKeys(count: number): KeyObject[] {
  const primes: bigint[] = [];
  const keys: KeyObject[] = [];
  while (keys.length < count) {
    const prime = generatePrimeSync(primeBits, { bigint: true });
    if ((prime - 1n) % exponent === 0n || primes.includes(prime)) continue;
    for (const other of primes) keys.push(keyOf(prime, other));
    primes.push(prime);
  }
  return keys.slice(0, count);
}

function keyOf(p: bigint, q: bigint): KeyObject {
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  const members = { n: p * q, e: exponent, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk: JsonWebKey = { kty: 'RSA' };
  for (const [name, value] of Object.entries(members)) jwk[name] = base64url(value);
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** By the extended algorithm of Euclid. */
function inverse(of: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulus, of % modulus];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return (factor + modulus) % modulus;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}
