import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { StoreConfig } from '../config.ts';
import { serverFingerprint } from '../domain/server-keys.ts';
import { startProblem } from '../domain/start-problem.ts';
import type { Storage } from '../domain/storage.ts';
import { hasMasterKey, obtainMasterKey, removeMasterKey } from './master-key.ts';

export type Unlocked = {
  /** The one that this database was made with. */
  readonly masterKey: MasterKey;
  /** Of the server's signing key. */
  readonly fingerprint: string;
};

/** Finds the master key that this database was made with. One is made only for a database that was never used. */
export async function unlockStore(storage: Storage, config: StoreConfig): Promise<Unlocked> {
  const { signingPrivateSealed } = await storage.tables.server.read();
  // A new key would not open what is there, and would lie in the way of the right one.
  if (signingPrivateSealed !== null && !hasMasterKey(config)) throw keyIsElsewhere(config);
  const { masterKey, isNew } = await obtainMasterKey(config);
  const fingerprint = await serverFingerprint(storage, masterKey);
  if (fingerprint !== undefined) return { masterKey, fingerprint };
  if (!isNew) {
    throw startProblem(
      'The master key does not open this database: put back the secret.key file, or the REMOTES_SECRET_KEY, that it was made with.',
    );
  }
  // Another server made the same first start elsewhere, and was quicker: nothing was ever sealed with this key.
  await removeMasterKey(config);
  throw keyIsElsewhere(config);
}

function keyIsElsewhere(config: StoreConfig): Error {
  return startProblem(
    `The master key of this database is not here: set REMOTES_SECRET_KEY, or copy the server's secret.key into ${config.dataFolder}.`,
  );
}
