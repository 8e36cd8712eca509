import { isSignedFor, readSigningPublicKey } from '@remotes/protocol/crypto/sign';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { KeyRotated, RotateKey } from '@remotes/protocol/messages/rotate-key';
import { rotationText } from '@remotes/protocol/values/signed-texts';
import { refusalOfHost } from './caller.ts';
import type { Mind } from './mind.ts';
import type { Tables } from './ports.ts';
import type { ProvedHost } from './prove.ts';

/** Puts a new channel key in the place of the one by which the host has proved itself. */
export async function rotateKey(
  mind: Mind,
  host: ProvedHost,
  { channel_key: newKey, old_signature, new_signature }: RotateKey,
): Promise<KeyRotated | Refusal> {
  const oldPublicKey = host.channelPublicKey;
  const newPublicKey = readSigningPublicKey(newKey);
  if (!newPublicKey) return refuse('message_malformed');
  const text = rotationText(host.uuid, host.channelKey, newKey);
  const isProved =
    oldPublicKey !== undefined &&
    isSignedFor('channel key', oldPublicKey, text, old_signature) &&
    isSignedFor('channel key', newPublicKey, text, new_signature);
  if (!isProved) return refuse('proof_invalid');
  const refusal = await mind.storage.decide('rotateChannelKey', {
    hostId: host.id,
    oldKey: host.channelKey,
    newKey,
    now: mind.clock(),
  });
  return refusal ?? { type: 'key_rotated' };
}

export type ChannelKeyRotation = { hostId: number; oldKey: string; newKey: string; now: number };

/** From the commit on the sessions under the old key have ended. */
export async function decideKeyRotation(
  tables: Tables,
  { hostId, oldKey, newKey, now }: ChannelKeyRotation,
): Promise<Refusal | null> {
  const host = await tables.hosts.byId(hostId);
  if (!host) return refuse('proof_invalid');
  const refusal = refusalOfHost(host);
  if (refusal) return refusal;
  // Said again before the answer was there.
  if (host.channelKey === newKey) return null;
  if (host.channelKey !== oldKey) return refuse('proof_invalid');
  await tables.hosts.change(hostId, { channelKey: newKey, channelKeyEnrolledAt: now });
  await tables.server.bumpEpoch();
  return null;
}
