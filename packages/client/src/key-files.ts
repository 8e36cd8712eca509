import { rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { generateRsaKeys, publicPem, readRsaPrivateKey } from '@remotes/protocol/crypto/rsa';
import { channelKeyOf, nextChannelKeyOf } from './channel-key-path.ts';
import { createFile } from './files/create-file.ts';
import { readText } from './files/read-text.ts';
import { type Trouble, trouble } from './trouble.ts';

export type KeyPaths = { privateKey: string; publicKey: string };

export function keyPaths(privateKey: string, publicKey: string): KeyPaths {
  return { privateKey: resolve(privateKey), publicKey: resolve(publicKey) };
}

/** Throws a trouble when these files can't be made: no folder, or something there that may not be replaced. */
export function tryKeyPaths(paths: KeyPaths, mayReplace: boolean): void {
  for (const path of [paths.privateKey, paths.publicKey]) {
    const folder = statSync(dirname(path), { throwIfNoEntry: false });
    if (!folder?.isDirectory())
      throw trouble(
        'settings',
        `the folder ${dirname(path)} does not exist: make it first, or name another path`,
      );
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw trouble('settings', `${path} is a folder: name a file for the key`);
    if (there !== undefined && !mayReplace) throw occupied(path);
  }
}

export type KeyPair = { privatePem: string; publicPem: string };

export function makeKeys(): Promise<KeyPair> {
  return generateRsaKeys(4096);
}

/** The private key is there first, whole, and readable by its owner only. A channel key of the pair that is replaced goes with it. */
export function writeKeyFiles(paths: KeyPaths, keys: KeyPair, mayReplace: boolean): void {
  make(paths.privateKey, keys.privatePem, 0o600, mayReplace);
  make(paths.publicKey, keys.publicPem, 0o644, mayReplace);
  if (mayReplace) removeChannelKeys(paths);
}

function removeChannelKeys({ privateKey }: KeyPaths): void {
  const channelKey = channelKeyOf(privateKey);
  for (const path of [channelKey, nextChannelKeyOf(channelKey)]) rmSync(path, { force: true });
}

/**
 * Whether a pair lies here already. A public key that an interruption has kept from being written is made again from the
 * private one.
 */
export function completeKeyFiles(paths: KeyPaths, passphrase: string | undefined): boolean {
  const key = readRsaPrivateKey(textIfAny(paths.privateKey), passphrase);
  if (key === undefined) return false;
  const wanted = publicPem(key);
  if (textIfAny(paths.publicKey) !== wanted) make(paths.publicKey, wanted, 0o644, true);
  return true;
}

function textIfAny(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readText(path, 'the key') : '';
}

function make(path: string, pem: string, mode: number, mayReplace: boolean): void {
  try {
    createFile(path, pem, { mode, mayReplace });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw occupied(path);
    throw trouble('settings', `the key file ${path} can't be written (${code ?? message})`);
  }
}

function occupied(path: string): Trouble {
  return trouble('settings', `${path} exists already: name another path, or say --force to replace it`);
}
