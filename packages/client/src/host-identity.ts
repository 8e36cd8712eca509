import type { KeyObject } from 'node:crypto';
import { decryptOaep } from '@remotes/protocol/crypto/rsa';
import { readUuid } from '@remotes/protocol/values/uuid';
import type { SettingsFile } from './settings-file.ts';
import { trouble } from './trouble.ts';

/** The uuid that the server has given this host; it lies sealed in the settings file, as v1 keeps it. */
export function openUuid(settings: SettingsFile, privateKey: KeyObject): string {
  const sealed = settings.get('host', 'uuid');
  if (sealed === undefined)
    throw trouble('order', `${settings.path} holds no registered host: run --action=host_register first`);
  const uuid = readUuid(decryptOaep(privateKey, sealed) ?? '');
  if (uuid === undefined) throw unreadable(settings, 'uuid');
  return uuid;
}

/** The token with which this host asks; sealed in the settings file too. */
export function openToken(settings: SettingsFile, privateKey: KeyObject): string {
  const sealed = settings.get('host', 'token');
  if (sealed === undefined)
    throw trouble('order', `${settings.path} holds no verified host: run --action=host_verify first`);
  const token = decryptOaep(privateKey, sealed);
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw unreadable(settings, 'token');
  return token;
}

function unreadable(settings: SettingsFile, what: string) {
  return trouble(
    'settings',
    `the ${what} in ${settings.path} was not sealed for the private key that the file names: put the right key back, or register anew with --action=new_host --force`,
  );
}
