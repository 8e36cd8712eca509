import { readRsaPublicKey, verifyPss } from '@remotes/protocol/crypto/rsa';
import { readSigningPublicKey } from '@remotes/protocol/crypto/sign';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import { enrolmentText } from '@remotes/protocol/values/signed-texts';
import type { Mind } from './mind.ts';
import type { Host } from './ports.ts';

type Enrolment = { readonly host: string; readonly channel_key: string; readonly proof: string };

/** The host that its RSA key proves, in this session, to want this channel key. */
export async function checkEnrolment(
  mind: Mind,
  transcript: Buffer,
  { host: uuid, channel_key: channelKey, proof }: Enrolment,
): Promise<Host | Refusal> {
  if (!readSigningPublicKey(channelKey)) return refuse('message_malformed');
  const host = await mind.storage.tables.hosts.byUuid(uuid);
  const publicKey = host && readRsaPublicKey(host.publicPem);
  if (!host || !publicKey) return refuse('proof_invalid');
  const isProved = verifyPss(publicKey, enrolmentText({ transcript, host: uuid, channelKey }), proof);
  return isProved ? host : refuse('proof_invalid');
}

/** A channel key is enrolled once: another one takes its place only by the key itself, or by an administrator's leave. */
export function refusalOfEnrolment(
  { channelKey: enrolled }: Pick<Host, 'channelKey'>,
  channelKey: string,
): Refusal | undefined {
  return enrolled === null || enrolled === channelKey ? undefined : refuse('channel_key_enrolled');
}
