import { existsSync } from 'node:fs';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type MasterKey, newMasterKeyText, readMasterKey } from '@remotes/protocol/crypto/seal';
import type { StoreConfig } from '../config.ts';
import { startProblem } from '../domain/start-problem.ts';
import { makeDataFolder } from '../storage/data-folder.ts';

/**
 * The key that seals every other secret of the server: from the environment, else from a file of mode 0600 in the
 * data folder, which is made at the first start.
 */
export async function obtainMasterKey(config: StoreConfig): Promise<MasterKey> {
  if (config.secretKey !== undefined) return parse(config.secretKey, 'REMOTES_SECRET_KEY');
  const file = masterKeyFile(config);
  makeDataFolder(config.dataFolder);
  await makeKeyFile(file);
  return parse((await readFile(file, 'utf8')).trim(), file);
}

/** Whether there is a key to obtain, without making one. */
export function hasMasterKey(config: StoreConfig): boolean {
  return config.secretKey !== undefined || existsSync(masterKeyFile(config));
}

export function masterKeyFile(config: StoreConfig): string {
  return join(config.dataFolder, 'secret.key');
}

function parse(text: string, from: string): MasterKey {
  const key = readMasterKey(text);
  if (key) return key;
  throw startProblem(`${from} is not a master key: it must be 32 bytes in base64 or in hexadecimal.`);
}

/** Whoever is first makes the file, whole or not at all; everybody else reads it. */
async function makeKeyFile(file: string): Promise<void> {
  if (existsSync(file)) return;
  const beside = `${file}.${process.pid}`;
  try {
    const handle = await open(beside, 'wx', 0o600);
    await handle.writeFile(`${newMasterKeyText()}\n`);
    await handle.sync();
    await handle.close();
    await link(beside, file);
  } catch (trouble) {
    if ((trouble as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw startProblem(`The master key ${file} cannot be written: ${(trouble as Error).message}.`, trouble);
  } finally {
    await rm(beside, { force: true });
  }
}
