import { existsSync } from 'node:fs';
import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { StoreConfig } from '../config.ts';
import { serverFingerprint } from '../domain/server-keys.ts';
import { startProblem } from '../domain/start-problem.ts';
import type { Storage } from '../domain/storage.ts';
import { openStorage, sqliteFile } from '../storage/open.ts';
import { hasMasterKey, obtainMasterKey } from './master-key.ts';

export type OpenStore = {
  readonly storage: Storage;
  /** The one that this database was made with. */
  readonly masterKey: MasterKey;
  /** Of the server's signing key. */
  readonly fingerprint: string;
};

/** Opens the server's database beside a running server, or before its first start. */
export async function openStore(config: StoreConfig): Promise<OpenStore> {
  const storage = await openStorage({ ...config, mode: 'inline' });
  try {
    const { signingPrivateSealed } = await storage.tables.server.read();
    // A new key would not open what is there, and would lie in the way of the right one.
    if (signingPrivateSealed !== null && !hasMasterKey(config)) throw keyIsElsewhere(config);
    const masterKey = await obtainMasterKey(config);
    return { storage, masterKey, fingerprint: await serverFingerprint(storage, masterKey) };
  } catch (trouble) {
    await storage.close();
    throw trouble;
  }
}

/** The same where there must be a database already: a mistyped folder must not become an empty server. */
export async function openExistingStore(config: StoreConfig): Promise<OpenStore> {
  requireDatabase(config);
  return openStore(config);
}

/** Works with the database alone, for what needs no key, and closes it. */
export async function withExistingStorage<Answer>(
  config: StoreConfig,
  work: (storage: Storage) => Promise<Answer>,
): Promise<Answer> {
  requireDatabase(config);
  const storage = await openStorage({ ...config, mode: 'inline' });
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

/** Throws where there is no SQLite database yet; whether PostgreSQL has one is seen when it is opened. */
export function requireDatabase(config: StoreConfig): void {
  if (config.databaseUrl !== undefined || existsSync(sqliteFile(config.dataFolder))) return;
  throw startProblem(
    `There is no server data in ${config.dataFolder}: start the server first, or name its folder with --data.`,
  );
}

function keyIsElsewhere(config: StoreConfig): Error {
  return startProblem(
    `The master key of this database is not here: set REMOTES_SECRET_KEY, or put the server's secret.key into ${config.dataFolder}.`,
  );
}
