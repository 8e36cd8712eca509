import { existsSync } from 'node:fs';
import type { StoreConfig } from '../config.ts';
import { startProblem } from '../domain/start-problem.ts';
import type { Storage } from '../domain/storage.ts';
import { openStorage, sqliteFile } from '../storage/open.ts';
import { type Unlocked, unlockStore } from './unlock-store.ts';

export type OpenStore = Unlocked & { readonly storage: Storage };

/** Opens the server's database beside a running server, or before its first start. */
export async function openStore(config: StoreConfig): Promise<OpenStore> {
  const storage = await openStorage({ ...config, mode: 'inline' });
  try {
    return { storage, ...(await unlockStore(storage, config)) };
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
