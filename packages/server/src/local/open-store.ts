import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { StoreConfig } from '../config.ts';
import { startProblem } from '../domain/start-problem.ts';
import type { Storage } from '../domain/storage.ts';
import { openStorage } from '../storage/open.ts';
import { obtainMasterKey } from './master-key.ts';

export type OpenStore = { readonly storage: Storage; readonly masterKey: MasterKey };

/** Opens the server's database beside a running server, or before its first start. */
export async function openStore(config: StoreConfig): Promise<OpenStore> {
  const masterKey = await obtainMasterKey(config);
  return { storage: await openStorage({ ...config, mode: 'inline' }), masterKey };
}

/** The same for programs that only read: a mistyped folder must not become an empty server. */
export async function openExistingStore(config: StoreConfig): Promise<OpenStore> {
  if (config.databaseUrl === undefined && !existsSync(join(config.dataFolder, 'remotes.db'))) {
    throw startProblem(
      `There is no server data in ${config.dataFolder}: start the server first, or name its folder with --data.`,
    );
  }
  return openStore(config);
}
