// RSA keys in number: a pair of 4096 bits takes half a second to make, so each pair of primes out of a small pool serves
// as one. Good for measuring and for nothing else. Kept in bench/.cache between runs.
import { createPrivateKey, createPublicKey, generatePrime } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const cacheFolder = new URL('.cache/', import.meta.url).pathname;
const exponent = 65537n;

/** `count` key pairs as { publicPem, privatePem }. */
export async function makeKeys(count, bits = 4096) {
  const file = `${cacheFolder}keys-${count}${bits === 4096 ? '' : `-${bits}`}.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const primes = await primePool(Math.ceil((1 + Math.sqrt(1 + 8 * count)) / 2), bits / 2);
  const keys = [];
  for (let i = 0; i < primes.length && keys.length < count; i++) {
    for (let j = 0; j < i && keys.length < count; j++) keys.push(keyOf(primes[i], primes[j]));
  }
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(file, JSON.stringify(keys));
  return keys;
}

async function primePool(size, bits) {
  const make = promisify(generatePrime);
  const pool = [];
  while (pool.length < size) {
    const prime = BigInt(`0x${Buffer.from(await make(bits)).toString('hex')}`);
    // The two highest bits set, so that every product has all its bits.
    if (prime >> BigInt(bits - 2) === 3n && (prime - 1n) % exponent !== 0n) pool.push(prime);
  }
  return pool;
}

function keyOf(p, q) {
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  const part = (value) => Buffer.from(evenHex(value), 'hex').toString('base64url');
  const jwk = {
    kty: 'RSA',
    n: part(p * q),
    e: part(exponent),
    d: part(d),
    p: part(p),
    q: part(q),
    dp: part(d % (p - 1n)),
    dq: part(d % (q - 1n)),
    qi: part(inverse(q, p)),
  };
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }),
  };
}

function evenHex(value) {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

function inverse(value, modulus) {
  let [a, b, x, y] = [((value % modulus) + modulus) % modulus, modulus, 1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
