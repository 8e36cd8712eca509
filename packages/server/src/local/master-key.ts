import { existsSync } from 'node:fs';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type MasterKey, newMasterKeyText, readMasterKey } from '@remotes/protocol/crypto/seal';
import type { StoreConfig } from '../config.ts';
import { startProblem } from '../domain/start-problem.ts';
import { makeDataFolder } from '../storage/data-folder.ts';

/**
 * The key that seals every other secret of the server: from the environment, else from a file of mode 0600 in the
 * data folder, which is made where there is none.
 */
export async function obtainMasterKey(
  config: StoreConfig,
): Promise<{ readonly masterKey: MasterKey; readonly isNew: boolean }> {
  if (config.secretKey !== undefined) {
    return { masterKey: parse(config.secretKey, 'REMOTES_SECRET_KEY'), isNew: false };
  }
  const file = masterKeyFile(config);
  makeDataFolder(config.dataFolder);
  const isNew = await makeKeyFile(file);
  return { masterKey: parse(await readKeyFile(file), file), isNew };
}

/** Takes back the file that was made for a database that turned out to have another key. */
export async function removeMasterKey(config: StoreConfig): Promise<void> {
  await rm(masterKeyFile(config), { force: true });
}

/** Whether there is a key to obtain, without making one. */
export function hasMasterKey(config: StoreConfig): boolean {
  return config.secretKey !== undefined || existsSync(masterKeyFile(config));
}

/** For what works without it as well, only less: undefined where it is not here. */
export async function masterKeyAtHand(config: StoreConfig): Promise<MasterKey | undefined> {
  return hasMasterKey(config) ? (await obtainMasterKey(config)).masterKey : undefined;
}

export function masterKeyFile(config: StoreConfig): string {
  return join(config.dataFolder, 'secret.key');
}

function parse(text: string, from: string): MasterKey {
  const key = readMasterKey(text);
  if (key) return key;
  throw startProblem(`${from} is not a master key: it must be 32 bytes in base64 or in hexadecimal.`);
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (trouble) {
    throw startProblem(`The master key ${file} cannot be read: ${(trouble as Error).message}.`, trouble);
  }
}

/** Whoever is first makes the file, whole or not at all; everybody else reads it. True for who made it. */
async function makeKeyFile(file: string): Promise<boolean> {
  if (existsSync(file)) return false;
  const beside = `${file}.${process.pid}`;
  try {
    const handle = await open(beside, 'wx', 0o600);
    await handle.writeFile(`${newMasterKeyText()}\n`);
    await handle.sync();
    await handle.close();
    await link(beside, file);
    return true;
  } catch (trouble) {
    if ((trouble as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw startProblem(`The master key ${file} cannot be written: ${(trouble as Error).message}.`, trouble);
  } finally {
    await rm(beside, { force: true });
  }
}
