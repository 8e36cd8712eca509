import type { KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { readRsaPrivateKey } from '@remotes/protocol/crypto/rsa';
import { channelKeyOf } from './channel-key-path.ts';
import type { Context } from './context.ts';
import { readText } from './files/read-text.ts';
import { trouble } from './trouble.ts';

/** The host's private key, from the file that the settings name. */
export function loadPrivateKey({ settings, config, say }: Context): KeyObject {
  const path = settings.get('host', 'private_key');
  if (path === undefined)
    throw trouble('order', `${settings.path} names no private key: run --action=generate_keys first`);
  const pem = readText(path, 'the private key');
  const isEncrypted = pem.includes('ENCRYPTED');
  const key = readRsaPrivateKey(pem, config.keyPassphrase);
  if (key === undefined && isEncrypted)
    throw trouble(
      'settings',
      `the private key ${path} is encrypted and REMOTES_KEY_PASSPHRASE does not open it`,
    );
  if (key === undefined)
    throw trouble('settings', `${path} holds no RSA private key of 2048 to 8192 bits in PEM`);
  const channelKey = settings.get('host', 'channel_key') ?? channelKeyOf(path);
  for (const secret of [path, channelKey])
    if (isOpenToOthers(secret)) say(`other users can read the private key ${secret}: run chmod 600 on it`);
  return key;
}

function isOpenToOthers(path: string): boolean {
  if (process.platform === 'win32') return false;
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0;
}
