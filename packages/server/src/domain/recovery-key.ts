import type { KeyObject } from 'node:crypto';
import { type MasterKey, openSealed } from '@remotes/protocol/crypto/seal';
import { readSigningPrivateKey, signingPublicText } from '@remotes/protocol/crypto/sign';
import { type AdministrationRefusal, decline } from './administration-refusal.ts';
import type { Author } from './operators/actor.ts';
import type { Tables } from './ports.ts';
import { recoveryPurpose } from './server-keys.ts';

/** The private recovery key as it lies in the database; undefined once it was taken away. */
export async function storedRecoveryKey(
  tables: Tables,
  masterKey: MasterKey,
): Promise<{ readonly sealed: string; readonly privatePem: string } | undefined> {
  const { recoveryPrivateSealed: sealed } = await tables.server.read();
  if (sealed === null) return undefined;
  const privatePem = openSealed(masterKey, sealed, recoveryPurpose);
  if (privatePem === undefined) throw new Error('The recovery key cannot be read from the database.');
  return { sealed, privatePem };
}

/** Reads a private recovery key that was kept elsewhere; undefined when it is not this server's. */
export function readRecoveryKey(privatePem: string, recoveryKeyText: string): KeyObject | undefined {
  const key = readSigningPrivateKey(privatePem);
  return key && signingPublicText(key) === recoveryKeyText ? key : undefined;
}

/** Forgets the private recovery key, if it is still the one that was taken. */
export async function decideRecoveryKeyTaken(
  tables: Tables,
  { sealed, now, by }: { sealed: string; now: number; by: Author },
): Promise<{ taken: true } | AdministrationRefusal> {
  const { recoveryPrivateSealed } = await tables.server.read();
  if (recoveryPrivateSealed !== sealed) return recoveryKeyGone();
  await tables.server.setRecoveryPrivate(null);
  await tables.audit.note({ at: now, by, action: 'server.take_recovery_key', subject: 'server' });
  return { taken: true };
}

export function recoveryKeyGone(): AdministrationRefusal {
  return decline(
    'unsuitable_state',
    'The recovery key was taken before: it is not in the database any more.',
  );
}
