import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskBytes, maskText } from '../../src/domain/secret-mask.ts';

const secrets = ['long secret value', 'secret value'];

test('every exact occurrence of a secret is masked, in text and in bytes', () => {
  const text = 'a long secret value, a secret value, and long secret valuesecret value!';
  const masked = 'a ********, a ********, and ****************!';
  expect(maskText(text, secrets)).toBe(masked);
  expect(maskBytes(Buffer.from(text), secrets).toString()).toBe(masked);
});

test('bytes around a secret are kept, whatever they are', () => {
  const around = Buffer.from([0, 255, 128, 10]);
  const bytes = Buffer.concat([around, Buffer.from('secret value'), around]);
  expect(maskBytes(bytes, secrets)).toEqual(Buffer.concat([around, Buffer.from('********'), around]));
});

test('what holds no secret is the very same buffer', () => {
  const bytes = Buffer.from('nothing here');
  expect(maskBytes(bytes, secrets)).toBe(bytes);
});

test('no secret is left standing, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...secrets, 'x', ' ', '$&', '✓')), (parts) => {
      const text = parts.join('');
      expect(secrets.some((secret) => maskText(text, secrets).includes(secret))).toBe(false);
      expect(maskBytes(Buffer.from(text), secrets).toString()).toBe(maskText(text, secrets));
    }),
  );
});
