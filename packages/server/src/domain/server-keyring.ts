import type { KeyObject } from 'node:crypto';
import { type MasterKey, openSealed } from '@remotes/protocol/crypto/seal';
import {
  readSigningPrivateKey,
  readSigningPublicKey,
  signingKeyFingerprint,
  signingPublicText,
} from '@remotes/protocol/crypto/sign';
import type { KeySuccession } from '@remotes/protocol/values/key-succession';
import type { DefinitionsView } from './definitions.ts';
import { rememberForEpoch } from './epoch-memory.ts';
import type { Tables } from './ports.ts';
import { signingPurpose } from './server-keys.ts';

/** By what the server proves who it is, ready for use. */
export type ServerKeyring = {
  /** The system's uuid, whatever keys it has had. */
  readonly serverId: string;
  /** Ed25519, private. */
  readonly signingKey: KeyObject;
  /** Its public half, as it travels. */
  readonly signingKeyText: string;
  readonly fingerprint: string;
  readonly recoveryKeyText: string;
  /** Oldest first. */
  readonly successions: readonly KeySuccession[];
};

/** The server's keys as they are now; a key that another process put in their place is there within a fifth of a second. */
export function createServerKeyringView(
  tables: Tables,
  masterKey: MasterKey,
  definitions: DefinitionsView,
): () => Promise<ServerKeyring> {
  return rememberForEpoch(definitions, () => loadServerKeyring(tables, masterKey));
}

/** Reads the keys; throws where there are none, or none that this master key opens. */
export async function loadServerKeyring(tables: Tables, masterKey: MasterKey): Promise<ServerKeyring> {
  // The row comes last: an old list with a new key leads hosts nowhere, and the next look mends it.
  const successions = await tables.server.successions();
  const row = await tables.server.read();
  const privatePem = openSealed(masterKey, row.signingPrivateSealed ?? '', signingPurpose);
  const signingKey = readSigningPrivateKey(privatePem ?? '');
  const recoveryKey = readSigningPublicKey(row.recoveryPublicPem ?? '');
  const { serverId } = row;
  if (!signingKey || !recoveryKey || serverId === null) {
    throw new Error("The server's keys cannot be read from the database.");
  }
  return Object.freeze({
    serverId,
    signingKey,
    signingKeyText: signingPublicText(signingKey),
    fingerprint: signingKeyFingerprint(signingKey),
    recoveryKeyText: signingPublicText(recoveryKey),
    successions: successions.map((succession) => ({ server: serverId, ...succession })),
  });
}
