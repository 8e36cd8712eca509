import { generateKeyPairSync, publicEncrypt, verify as verifyAnySalt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decryptOaep,
  encryptOaep,
  generateRsaKeys,
  publicPem,
  readRsaPrivateKey,
  readRsaPublicKey,
  rsaFingerprint,
  signPss,
  verifyPss,
} from '../../src/crypto/rsa.ts';
import { vectors } from '../golden/vectors.ts';

const keyNames = ['main', 'other', 'small'] as const;
const privateKeys = Object.fromEntries(
  keyNames.map((name) => [name, readRsaPrivateKey(vectors.rsa_keys[name].private_pkcs8_pem)!]),
);
const publicKeys = Object.fromEntries(
  keyNames.map((name) => [name, readRsaPublicKey(vectors.rsa_keys[name].public_spki_pem)!]),
);
const smallPrivate = privateKeys.small!;
const smallPublic = publicKeys.small!;
const someText = fc.string({ unit: 'binary', maxLength: 60 });

describe.each(keyNames)('the recorded RSA key "%s"', (name) => {
  const recorded = vectors.rsa_keys[name];

  test.each(['public_spki_pem', 'public_pkcs1_pem'] as const)('is read from its %s', (form) => {
    const key = readRsaPublicKey(recorded[form])!;
    expect(key.type).toBe('public');
    expect(key.asymmetricKeyDetails).toEqual({
      modulusLength: recorded.bits,
      publicExponent: BigInt(recorded.public_exponent),
    });
    expect(rsaFingerprint(key)).toBe(recorded.public_spki_der_sha256_hex);
    expect(publicPem(key)).toBe(recorded.public_spki_pem);
  });

  test.each(['private_pkcs8_pem', 'private_pkcs1_pem'] as const)('is read from its %s', (form) => {
    const key = readRsaPrivateKey(recorded[form])!;
    expect(key.type).toBe('private');
    expect(rsaFingerprint(key)).toBe(recorded.public_spki_der_sha256_hex);
    expect(publicPem(key)).toBe(recorded.public_spki_pem);
    expect(readRsaPrivateKey(recorded[form], 'a passphrase that is not needed')).toBeDefined();
  });

  test.each(['private_pkcs8_pem', 'private_pkcs1_pem'] as const)(
    'is refused as a public key when its %s is passed',
    (form) => {
      expect(readRsaPublicKey(recorded[form])).toBeUndefined();
      expect(readRsaPublicKey(recorded.public_spki_pem + recorded[form])).toBeUndefined();
    },
  );

  test('is refused as a private key when only its public half is passed', () => {
    expect(readRsaPrivateKey(recorded.public_spki_pem)).toBeUndefined();
  });
});

describe('an encrypted private key', () => {
  const { private_pkcs8_encrypted_pem: pem = '', private_pkcs8_encrypted_password: passphrase = '' } =
    vectors.rsa_keys.main;

  test('is read with its passphrase', () => {
    expect(rsaFingerprint(readRsaPrivateKey(pem, passphrase)!)).toBe(
      vectors.rsa_keys.main.public_spki_der_sha256_hex,
    );
  });

  test.each([undefined, '', 'wrong'])('is not read with the passphrase %s', (wrong) => {
    expect(readRsaPrivateKey(pem, wrong)).toBeUndefined();
  });
});

describe('readRsaPublicKey', () => {
  const pemOfRsa = (modulusLength: number, publicExponent: number) =>
    publicPem(generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey);
  const good = vectors.rsa_keys.small.public_spki_pem;

  test.each([
    ['an elliptic curve key', publicPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
    ['an Ed25519 key', publicPem(generateKeyPairSync('ed25519').publicKey)],
    ['an RSA key for PSS only', publicPem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)],
    ['512 bits', pemOfRsa(512, 65537)],
    ['2046 bits', pemOfRsa(2046, 65537)],
    ['the exponent 3', pemOfRsa(2048, 3)],
    ['an exponent of 33 bits', rsaPem(oddModulus(256), Buffer.from([1, 0, 0, 0, 1]))],
    ['an even exponent', rsaPem(oddModulus(256), Buffer.from([1, 0, 0, 0]))],
    ['an even modulus', rsaPem(Buffer.alloc(256, 0xaa), Buffer.from([1, 0, 1]))],
    ['more than 8192 bits', rsaPem(oddModulus(1025), Buffer.from([1, 0, 1]))],
    ['a modulus of 0', rsaPem(Buffer.from([0]), Buffer.from([1, 0, 1]))],
    ['nothing', ''],
    ['text that is no PEM', 'x'],
    ['a PEM cut in half', good.slice(0, good.length / 2)],
    ['two PEMs', good + good],
    ['a PEM with another label', good.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['a PEM after 32 KiB of text', 'x'.repeat(32_768) + good],
  ])('refuses %s', (_name, pem) => {
    expect(readRsaPublicKey(pem)).toBeUndefined();
  });

  test.each([
    ['Windows line ends', good.replaceAll('\n', '\r\n')],
    ['no final line break', good.trimEnd()],
    ['text around the key', `a comment\n${good}another\n`],
    ['8192 bits', rsaPem(oddModulus(1024), Buffer.from([1, 0, 1]))],
  ])('accepts %s', (_name, pem) => {
    expect(readRsaPublicKey(pem)).toBeDefined();
  });

  test('never throws on garbage', () => {
    const garbage = fc.oneof(
      fc.string(),
      fc.string().map((text) => `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----\n`),
    );
    fc.assert(
      fc.property(
        garbage,
        (text) => readRsaPublicKey(text) === undefined && readRsaPrivateKey(text) === undefined,
      ),
    );
  });

  test('accepts no damaged key that fails when it is used', () => {
    const der = Buffer.from(good.replaceAll(/-----.*-----|\n/g, ''), 'base64');
    const damage = fc.array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = Buffer.from(der);
        for (const [at, value] of changes) damaged[at] = value;
        const key = readRsaPublicKey(pemOf(damaged, 'PUBLIC KEY'));
        if (!key) return;
        expect(encryptOaep(key, 'some text')).toMatch(/^[A-Za-z0-9+/]+=*$/);
        expect(verifyPss(key, 'OK', signPss(smallPrivate, 'OK'))).toBeTypeOf('boolean');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('encryptOaep and decryptOaep', () => {
  test.each(vectors.rsa_oaep)('decrypts the vector "$name"', ({ key, plaintext, ciphertext_base64 }) => {
    expect(decryptOaep(privateKeys[key]!, ciphertext_base64)).toBe(plaintext);
    expect(decryptOaep(privateKeys[key]!, encryptOaep(publicKeys[key]!, plaintext))).toBe(plaintext);
  });

  test.each(vectors.rsa_oaep_invalid)('refuses the vector "$name"', ({ key, ciphertext_base64 }) => {
    expect(decryptOaep(privateKeys[key]!, ciphertext_base64)).toBeUndefined();
  });

  test('encrypts the longest text that fits, and throws a RangeError for one byte more', () => {
    const { key, longest_plaintext_bytes: longest } = vectors.rsa_oaep_too_long;
    expect(decryptOaep(privateKeys[key]!, encryptOaep(publicKeys[key]!, 'x'.repeat(longest)))).toBe(
      'x'.repeat(longest),
    );
    expect(() => encryptOaep(publicKeys[key]!, 'x'.repeat(longest + 1))).toThrow(RangeError);
    expect(() => encryptOaep(publicKeys[key]!, `x${'é'.repeat(longest / 2)}`)).toThrow(RangeError);
  });

  test('refuses bytes that are not UTF-8, and keeps a byte order mark', () => {
    const encrypted = publicEncrypt({ key: smallPublic, oaepHash: 'sha256' }, Buffer.from([0xff, 0xfe]));
    expect(decryptOaep(smallPrivate, encrypted.toString('base64'))).toBeUndefined();
    expect(decryptOaep(smallPrivate, encryptOaep(smallPublic, '\ufeffx'))).toBe('\ufeffx');
  });

  test('gives back every text, line breaks in the base64 or not', () => {
    fc.assert(
      fc.property(someText, (text) => {
        const encrypted = encryptOaep(smallPublic, text);
        const broken = encrypted.replaceAll(/.{76}/g, '$&\r\n');
        return decryptOaep(smallPrivate, encrypted) === text && decryptOaep(smallPrivate, broken) === text;
      }),
    );
  });

  test('never throws on garbage', () => {
    const garbage = fc.oneof(
      fc.string(),
      fc.uint8Array({ minLength: 256, maxLength: 256 }).map((b) => Buffer.from(b).toString('base64')),
    );
    fc.assert(fc.property(garbage, (text) => decryptOaep(smallPrivate, text) === undefined));
  });
});

describe('signPss and verifyPss', () => {
  test.each(vectors.rsa_pss)('judges the vector "$name"', ({ key, text, signature_base64, valid }) => {
    expect(verifyPss(publicKeys[key]!, text, signature_base64)).toBe(valid);
  });

  test('signs with a salt of exactly the maximal length', () => {
    const signature = Buffer.from(signPss(privateKeys.main!, 'OK'), 'base64');
    const verifyWithSalt = (saltLength: number) =>
      verifyAnySalt(
        'sha256',
        Buffer.from('OK'),
        { key: publicKeys.main!, padding: 6, saltLength },
        signature,
      );
    expect([477, 478, 32].map(verifyWithSalt)).toEqual([false, true, false]);
  });

  test('salts every signature anew', () => {
    expect(signPss(smallPrivate, 'OK')).not.toBe(signPss(smallPrivate, 'OK'));
  });

  test('serves keys whose number of bits is not a multiple of eight', async () => {
    for (const bits of [2050, 2054]) {
      const pair = await generateRsaKeys(bits);
      const privateKey = readRsaPrivateKey(pair.privatePem)!;
      const publicKey = readRsaPublicKey(pair.publicPem)!;
      expect(verifyPss(publicKey, 'OK', signPss(privateKey, 'OK'))).toBe(true);
      expect(decryptOaep(privateKey, encryptOaep(publicKey, 'x'.repeat(191)))).toBe('x'.repeat(191));
    }
  });

  test('accepts a signature for its own text only', () => {
    fc.assert(
      fc.property(someText, someText, (text, other) => {
        const signature = signPss(smallPrivate, text);
        return (
          verifyPss(smallPublic, text, signature) &&
          verifyPss(smallPublic, other, signature) === (text === other)
        );
      }),
      { numRuns: 30 },
    );
  });

  test('never throws on garbage', () => {
    const garbage = fc.oneof(
      fc.string(),
      fc.uint8Array({ minLength: 256, maxLength: 256 }).map((b) => Buffer.from(b).toString('base64')),
    );
    fc.assert(fc.property(garbage, (text) => verifyPss(smallPublic, 'OK', text) === false));
  });
});

test('generateRsaKeys makes 4096 bits, PKCS#8 and SPKI, without stopping the loop', async () => {
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const { privatePem, publicPem: pem } = await generateRsaKeys();
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(3);
  expect(privatePem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  expect(readRsaPublicKey(pem)!.asymmetricKeyDetails).toEqual({
    modulusLength: 4096,
    publicExponent: 65537n,
  });
  expect(rsaFingerprint(readRsaPrivateKey(privatePem)!)).toBe(rsaFingerprint(readRsaPublicKey(pem)!));
});

function oddModulus(bytes: number): Buffer {
  return Buffer.alloc(bytes, 0xab);
}

/** A PKCS#1 public key of these numbers, which need not be a sane one. */
function rsaPem(modulus: Buffer, exponent: Buffer): string {
  return pemOf(der(0x30, Buffer.concat([derNumber(modulus), derNumber(exponent)])), 'RSA PUBLIC KEY');
}

function derNumber(value: Buffer): Buffer {
  return der(0x02, value[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value);
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), content]);
}

function pemOf(content: Buffer, label: string): string {
  const lines = content.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
