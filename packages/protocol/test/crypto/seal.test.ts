import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newMasterKeyText, openSealed, readMasterKey, seal } from '../../src/crypto/seal.ts';

const key = readMasterKey(newMasterKeyText())!;

describe('seal and openSealed', () => {
  test('give back every text, under the same key and context only', () => {
    const other = readMasterKey(newMasterKeyText())!;
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, (plaintext, context, otherContext) => {
        const sealed = seal(key, plaintext, context);
        expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
        expect(openSealed(key, sealed, context)).toBe(plaintext);
        expect(openSealed(other, sealed, context)).toBeUndefined();
        expect(openSealed(key, sealed, `${context} `)).toBeUndefined();
        expect(openSealed(key, sealed, otherContext)).toBe(context === otherContext ? plaintext : undefined);
      }),
    );
  });

  test('never seal the same text to the same thing', () => {
    expect(seal(key, 'x', 'c')).not.toBe(seal(key, 'x', 'c'));
  });

  test('refuse what was changed in any one bit, cut or lengthened', () => {
    const sealed = seal(key, 'a secret', 'c');
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(openSealed(key, `v1.${changed.toString('base64url')}`, 'c')).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(openSealed(key, sealed.slice(0, length), 'c')).toBeUndefined();
    }
    expect(openSealed(key, `${sealed}AAAA`, 'c')).toBeUndefined();
    expect(openSealed(key, sealed.replace('v1.', 'v2.'), 'c')).toBeUndefined();
  });

  test('open what an earlier release sealed', () => {
    const earlier = readMasterKey('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=')!;
    expect(
      openSealed(earlier, 'v1.83wYaKSPvySz5cJ-aR-4z5kJAFnX46beRwx4cEg1Zu8aZHcZs0ch', 'setting:password'),
    ).toBe('hunter2 ✓');
  });

  test('never throw on garbage', () => {
    const bytes = fc
      .uint8Array({ maxLength: 80 })
      .map((some) => `v1.${Buffer.from(some).toString('base64url')}`);
    fc.assert(fc.property(fc.oneof(fc.string(), bytes), (text) => openSealed(key, text, '') === undefined));
  });
});

describe('readMasterKey', () => {
  const bytes = Buffer.alloc(32, 0xfb);

  test.each([
    ['base64', bytes.toString('base64')],
    ['base64 without padding', bytes.toString('base64').replace('=', '')],
    ['base64url', bytes.toString('base64url')],
    ['base64url with padding', `${bytes.toString('base64url')}=`],
    ['hexadecimal', bytes.toString('hex')],
    ['upper-case hexadecimal', bytes.toString('hex').toUpperCase()],
    ['a final line break', `${bytes.toString('base64')}\n`],
  ])('reads %s', (_form, text) => {
    const sealed = seal(readMasterKey(bytes.toString('base64'))!, 'x', 'c');
    expect(openSealed(readMasterKey(text)!, sealed, 'c')).toBe('x');
  });

  test.each([
    ['nothing', ''],
    ['31 bytes', bytes.subarray(1).toString('base64')],
    ['33 bytes', Buffer.alloc(33).toString('base64')],
    ['63 hexadecimal digits', 'a'.repeat(63)],
    ['a passphrase', 'correct horse battery staple'],
    ['both alphabets at once', `+-${'A'.repeat(41)}=`],
    ['a last character that no 32 bytes end with', `${'A'.repeat(42)}B=`],
    ['a line break inside', `${'A'.repeat(20)}\n${'A'.repeat(23)}=`],
  ])('refuses %s', (_form, text) => {
    expect(readMasterKey(text)).toBeUndefined();
  });

  test('reads every key that newMasterKeyText makes, and never the same one twice', () => {
    const made = Array.from({ length: 100 }, newMasterKeyText);
    expect(made.every((text) => readMasterKey(text) !== undefined)).toBe(true);
    expect(new Set(made).size).toBe(100);
  });
});
