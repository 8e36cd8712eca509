import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import { newSigningKey, signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import type { Tables } from './ports.ts';
import type { Storage } from './storage.ts';

const purpose = 'server signing key';

/**
 * The fingerprint of the server's signing key; makes the key at the first start. Servers that start together on one
 * database agree on the one that was stored first. Undefined when that was sealed under another master key.
 */
export async function serverFingerprint(storage: Storage, masterKey: MasterKey): Promise<string | undefined> {
  const { signingPublicPem } = await storage.tables.server.read();
  if (signingPublicPem === null) {
    const made = newSigningKey();
    await storage.decide('offerSigningKey', {
      publicPem: made.publicPem,
      privateSealed: seal(masterKey, made.privatePem, purpose),
    });
  }
  const stored = await storage.tables.server.read();
  if (stored.signingPublicPem === null || stored.signingPrivateSealed === null) {
    throw new Error('The database holds no signing key although one was just stored.');
  }
  if (openSealed(masterKey, stored.signingPrivateSealed, purpose) === undefined) return undefined;
  return signingKeyFingerprint(stored.signingPublicPem);
}

export async function offerSigningKey(
  tables: Tables,
  { publicPem, privateSealed }: { publicPem: string; privateSealed: string },
): Promise<void> {
  await tables.server.offerSigningKey(publicPem, privateSealed);
}
