import type { KeyObject } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { newSigningKey, readSigningPrivateKey } from '@remotes/protocol/crypto/sign';
import { channelKeyOf, isNextChannelKey, nextChannelKeyOf } from '../channel-key-path.ts';
import { createFile } from '../files/create-file.ts';
import { readText } from '../files/read-text.ts';
import { syncFolder } from '../files/replace-file.ts';
import type { SettingsFile } from '../settings-file.ts';
import { trouble } from '../trouble.ts';

/** Where the channel key lies, or would lie: beside the private key. */
export function channelKeyPath(settings: SettingsFile): string {
  const named = settings.get('host', 'channel_key');
  if (named !== undefined) return named;
  const privateKey = settings.get('host', 'private_key');
  if (privateKey === undefined)
    throw trouble('order', `${settings.path} names no private key: run --action=generate_keys first`);
  return channelKeyOf(privateKey);
}

export function readChannelKey(path: string): KeyObject {
  if (!existsSync(path))
    throw trouble(
      'settings',
      `the channel key ${path} is missing: bring the file back from a backup. ${wayBack}`,
    );
  const key = readSigningPrivateKey(readText(path, 'the channel key'));
  if (key === undefined)
    throw trouble('settings', isNextChannelKey(path) ? damagedNext(path) : damaged(path));
  return key;
}

function damaged(path: string): string {
  return `${path} holds no Ed25519 private key in PEM: bring the channel key back from a backup. ${wayBack}`;
}

/** Nobody hears of a new key before all of it is on the disk; but a disk may lose it afterwards. */
function damagedNext(path: string): string {
  return `${path}, the new channel key of a rotation that was cut short, is empty or damaged: delete this file, and the key before it is used, which the server most likely still knows. If it then does not take this host's proof, bring the file back from a backup. ${wayBack}`;
}

const wayBack =
  'If there is none, an administrator runs "remotes-server hosts allow-v1" for this host, and then you run --action=trust --fingerprint F here';

/** The key in this file, made if there is none: on the disk before anybody hears of it. */
export function ensureChannelKey(path: string): KeyObject {
  if (!existsSync(path)) {
    try {
      createFile(path, newSigningKey().privatePem, { mode: 0o600, mayReplace: false });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST')
        throw trouble('settings', `the key file ${path} can't be written (${code ?? message})`);
    }
  }
  return readChannelKey(path);
}

/** The new key takes the place of the old one. */
export function promoteChannelKey(path: string): void {
  renameSync(nextChannelKeyOf(path), path);
  syncFolder(dirname(path));
}
