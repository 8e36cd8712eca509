import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fernetKeyOfUuid,
  newFernetKey,
  openFernet,
  readFernetKey,
  sealFernet,
} from '../../src/crypto/fernet.ts';
import { vectors } from '../golden/vectors.ts';

describe('openFernet', () => {
  test.each(vectors.fernet)('opens the vector "$name"', (vector) => {
    const plaintext = openFernet(readFernetKey(vector.key)!, vector.token)!;
    expect(plaintext.toString()).toBe(vector.plaintext);
    expect(plaintext).toHaveLength(vector.plaintext_bytes);
    expect(createHash('sha256').update(plaintext).digest('hex')).toBe(vector.plaintext_sha256_hex);
  });

  test.each(vectors.fernet_invalid)('refuses the vector "$name"', ({ key, token }) => {
    expect(openFernet(readFernetKey(key)!, token)).toBeUndefined();
  });

  test.each(vectors.fernet_lenient)(
    'opens the lenient vector "$name"',
    ({ key, token, python_plaintext }) => {
      expect(openFernet(readFernetKey(key)!, token)?.toString()).toBe(python_plaintext);
    },
  );

  test('never throws on garbage', () => {
    const { key } = newFernetKey();
    const bytes = fc
      .uint8Array({ minLength: 73, maxLength: 200 })
      .map((b) => Buffer.from([0x80, ...b]).toString('base64url'));
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), bytes),
        (token) => openFernet(key, token) === undefined,
      ),
    );
  });

  test('refuses a token in which any one bit was changed', () => {
    const { key } = newFernetKey();
    const token = Buffer.from(sealFernet(key, 'a secret'), 'base64url');
    for (let bit = 0; bit < token.length * 8; bit++) {
      const changed = Buffer.from(token);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(openFernet(key, changed.toString('base64'))).toBeUndefined();
    }
  });
});

describe('sealFernet', () => {
  const dated = vectors.fernet.filter(({ time }) => time !== null);

  test.each(dated)('makes the token of the vector "$name"', ({ key, plaintext, time, iv_hex, token }) => {
    const options = { timeSeconds: BigInt(time!), iv: Buffer.from(iv_hex!, 'hex') };
    expect(sealFernet(readFernetKey(key)!, plaintext, options)).toBe(token);
    expect(sealFernet(readFernetKey(key)!, Buffer.from(plaintext), options)).toBe(token);
  });

  test('states the time of now unless told otherwise', () => {
    const before = Math.floor(Date.now() / 1000);
    const stated = Number(Buffer.from(sealFernet(newFernetKey().key, ''), 'base64url').readBigUInt64BE(1));
    expect(stated).toBeGreaterThanOrEqual(before);
    expect(stated).toBeLessThanOrEqual(Date.now() / 1000);
  });

  test('gives back all bytes and all texts, under the same key only', () => {
    const { key } = newFernetKey();
    const other = newFernetKey().key;
    fc.assert(
      fc.property(fc.uint8Array(), fc.string({ unit: 'binary' }), (bytes, text) => {
        expect(openFernet(key, sealFernet(key, Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
        expect(openFernet(key, sealFernet(key, text))?.toString()).toBe(text);
        expect(openFernet(other, sealFernet(key, text))).toBeUndefined();
      }),
    );
  });
});

describe('readFernetKey', () => {
  test.each(vectors.fernet_invalid_keys)(
    'treats the key "$name" as the vector says',
    ({ key, python_accepts }) => {
      expect(readFernetKey(key) !== undefined).toBe(python_accepts);
    },
  );

  test('reads what newFernetKey writes: 44 characters of padded base64url', () => {
    const { text, key } = newFernetKey();
    expect(text).toMatch(/^[A-Za-z0-9_-]{43}=$/);
    expect(openFernet(readFernetKey(text)!, sealFernet(key, 'x'))?.toString()).toBe('x');
  });

  test('never throws on garbage', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readFernetKey(text) === undefined));
  });
});

describe('fernetKeyOfUuid', () => {
  const tokens = vectors.uuid_keys.flatMap(({ uuid, fernet_key, tokens }) =>
    tokens.map((token) => ({ uuid, fernet_key, ...token })),
  );

  test.each(tokens)(
    'opens and makes the token of $uuid for $plaintext',
    ({ uuid, fernet_key, plaintext, time, iv_hex, token }) => {
      const key = fernetKeyOfUuid(uuid);
      const options = { timeSeconds: BigInt(time!), iv: Buffer.from(iv_hex!, 'hex') };
      expect(openFernet(key, token)?.toString()).toBe(plaintext);
      expect(sealFernet(key, plaintext, options)).toBe(token);
      expect(sealFernet(readFernetKey(fernet_key)!, plaintext, options)).toBe(token);
      expect(openFernet(fernetKeyOfUuid(uuid.toUpperCase().replaceAll('-', '')), token)?.toString()).toBe(
        plaintext,
      );
    },
  );

  test.each(['', 'x', '123e4567-e89b-42d3-a456-42661417400g'])('throws for %j, which is no uuid', (uuid) => {
    expect(() => fernetKeyOfUuid(uuid)).toThrow(RangeError);
  });
});
