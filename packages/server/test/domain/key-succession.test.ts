import { newMasterKeyText, readMasterKey } from '@remotes/protocol/crypto/seal';
import {
  newSigningKey,
  readSigningPrivateKey,
  readSigningPublicKey,
  signingKeyFingerprint,
  signingPublicText,
} from '@remotes/protocol/crypto/sign';
import { expect, test } from 'vitest';
import { nextSigningKey } from '../../src/domain/key-succession.ts';
import type { ServerKeyring } from '../../src/domain/server-keyring.ts';

test('a succession is later than those before it, also when the clock was set back (hosts did not follow it)', () => {
  const masterKey = readMasterKey(newMasterKeyText())!;
  const { privatePem, publicPem } = newSigningKey();
  const signingKey = readSigningPrivateKey(privatePem)!;
  const keyring: ServerKeyring = {
    serverId: '018f0000-0000-7000-8000-000000000000',
    signingKey,
    signingKeyText: signingPublicText(signingKey),
    fingerprint: signingKeyFingerprint(publicPem),
    recoveryKeyText: signingPublicText(readSigningPublicKey(newSigningKey().publicPem)!),
    successions: [],
  };
  const first = nextSigningKey(keyring, masterKey, undefined, 2_000).succession;
  const second = nextSigningKey({ ...keyring, successions: [first] }, masterKey, undefined, 1_000).succession;
  expect([first.at_ms, second.at_ms]).toEqual([2_000, 2_001]);
});
