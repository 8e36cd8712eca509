import type { Context } from '../context.ts';
import { type KeyPaths, keyPaths, makeKeys, tryKeyPaths, writeKeyFiles } from '../key-files.ts';
import type { SettingsChange } from '../settings-file.ts';
import { trouble } from '../trouble.ts';

/** Makes the pair of keys with which this host will be known. */
export async function generateKeys(context: Context): Promise<number> {
  const { flags, settings, say } = context;
  const paths = keyPaths(flags.privateKeyPath ?? '', flags.publicKeyPath ?? '');
  const isRegistered = settings.get('host', 'uuid') !== undefined;
  if (isRegistered && !flags.isForced)
    throw trouble(
      'order',
      `${settings.path} holds a registered host, which new keys would lock out: nothing was changed; --force makes it forget that host`,
    );
  settings.tryChanging();
  tryKeyPaths(paths, flags.isForced);
  if (isRegistered) say('the registered host is forgotten, as --force says');
  writeKeyFiles(paths, await makeKeys(), flags.isForced);
  settings.change(keyChanges(paths));
  return 0;
}

/** New keys are a new identity: what the server sealed for the old ones is of no use any more. */
export function keyChanges(paths: KeyPaths): SettingsChange[] {
  return [
    ['host', 'private_key', paths.privateKey],
    ['host', 'public_key', paths.publicKey],
    ['host', 'uuid', undefined],
    ['host', 'token', undefined],
    ['host', 'channel_key', undefined],
  ];
}
