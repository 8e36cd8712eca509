import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { expect, test } from 'vitest';
import {
  isSignedFor,
  isSignedForAside,
  newSigningKey,
  signFor,
  signingKeyFingerprint,
} from '../../src/crypto/sign.ts';

test('newSigningKey makes an Ed25519 pair that signs', () => {
  const { privatePem, publicPem } = newSigningKey();
  const privateKey = createPrivateKey(privatePem);
  expect(privateKey.asymmetricKeyType).toBe('ed25519');
  const signature = sign(null, Buffer.from('x'), privateKey);
  expect(verify(null, Buffer.from('x'), createPublicKey(publicPem), signature)).toBe(true);
  expect(newSigningKey().privatePem).not.toBe(privatePem);
});

test('signingKeyFingerprint is base64url of the SHA-256 of the SPKI DER', () => {
  // The public key of RFC 8032, section 7.1, test 1, behind the twelve bytes with which RFC 8410 begins every such key.
  const der = Buffer.from(
    '302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    'hex',
  );
  const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
  expect(signingKeyFingerprint(pem)).toBe(createHash('sha256').update(der).digest('base64url'));
  expect(signingKeyFingerprint(newSigningKey().publicPem)).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('signingKeyFingerprint throws for a PEM that is no key', () => {
  expect(() => signingKeyFingerprint('x')).toThrow();
});

test('a signature checked aside is worth what it is worth otherwise', async () => {
  const { privatePem, publicPem } = newSigningKey();
  const key = createPublicKey(publicPem);
  const signature = signFor('result', createPrivateKey(privatePem), 'said');
  const other = signFor('manifest', createPrivateKey(privatePem), 'said');
  const judged = [signature, other, `${signature}=`, 'x', ''].map(async (text) => [
    isSignedFor('result', key, 'said', text),
    await isSignedForAside('result', key, 'said', text),
  ]);
  expect(await Promise.all(judged)).toEqual([true, false, false, false, false].map((isIt) => [isIt, isIt]));
  const { publicKey: noSigningKey } = generateKeyPairSync('x25519');
  expect(await isSignedForAside('result', noSigningKey, 'said', signature)).toBe(false);
});
