import { randomUUID } from 'node:crypto';
import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import { newSigningKey, signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import type { ServerKeys, Tables } from './ports.ts';
import type { Storage } from './storage.ts';

export const signingPurpose = 'server signing key';
export const recoveryPurpose = 'server recovery key';

/**
 * The fingerprint of the server's signing key; makes the key at the first start. Servers that start together on one
 * database agree on the one that was stored first. Undefined when that was sealed under another master key.
 */
export async function serverFingerprint(storage: Storage, masterKey: MasterKey): Promise<string | undefined> {
  const former = await storage.tables.server.read();
  // Before anything is made: a key sealed under a wrong master key would be there for good.
  if (former.signingPrivateSealed !== null && !opensSigningKey(masterKey, former.signingPrivateSealed))
    return undefined;
  if (former.signingPublicPem === null || former.recoveryPublicPem === null) {
    const signing = newSigningKey();
    const recovery = newSigningKey();
    await storage.decide('offerKeys', {
      serverId: randomUUID(),
      signingPublicPem: signing.publicPem,
      signingPrivateSealed: seal(masterKey, signing.privatePem, signingPurpose),
      recoveryPublicPem: recovery.publicPem,
      recoveryPrivateSealed: seal(masterKey, recovery.privatePem, recoveryPurpose),
    });
  }
  const stored = await storage.tables.server.read();
  if (stored.signingPublicPem === null || stored.signingPrivateSealed === null) {
    throw new Error('The database holds no signing key although one was just stored.');
  }
  if (!opensSigningKey(masterKey, stored.signingPrivateSealed)) return undefined;
  return signingKeyFingerprint(stored.signingPublicPem);
}

/** Whether this master key is the one under which the signing key was sealed. */
export function opensSigningKey(masterKey: MasterKey, sealed: string): boolean {
  return openSealed(masterKey, sealed, signingPurpose) !== undefined;
}

export async function offerKeys(tables: Tables, keys: ServerKeys): Promise<void> {
  await tables.server.offerKeys(keys);
}
