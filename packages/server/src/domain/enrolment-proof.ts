import { readRsaPublicKey, verifyPss } from '@remotes/protocol/crypto/rsa';
import { readSigningPublicKey } from '@remotes/protocol/crypto/sign';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import { enrolmentText } from '@remotes/protocol/values/signed-texts';
import type { Mind } from './mind.ts';
import type { Host } from './ports.ts';
import { isOver } from './prove.ts';
import { sessionsCountFrom } from './request-order.ts';
import type { SessionTicket } from './session-ticket.ts';

type Enrolment = { readonly host: string; readonly channel_key: string; readonly proof: string };

/** The host that its RSA key proves, in this session, to want this channel key. */
export async function checkEnrolment(
  mind: Mind,
  session: SessionTicket,
  { host: uuid, channel_key: channelKey, proof }: Enrolment,
): Promise<Host | Refusal> {
  if (!readSigningPublicKey(channelKey)) return refuse('message_malformed');
  const host = await mind.storage.tables.hosts.byUuid(uuid);
  const publicKey = host && readRsaPublicKey(host.publicPem);
  if (!host || !publicKey) return refuse('proof_invalid');
  const text = enrolmentText({ transcript: session.transcript, host: uuid, channelKey });
  if (!verifyPss(publicKey, text, proof)) return refuse('proof_invalid');
  return isOver(mind, host, session) ? refuse('session_ended') : host;
}

/** What a host enrols, in a session that began then. */
export type KeyToEnrol = { channelKey: string; begunAt: number };

/**
 * A channel key is enrolled once: another one takes its place only by the key itself, or by an administrator's leave.
 * What was said before he gave it is not done after it.
 */
export function refusalOfEnrolment(
  host: Pick<Host, 'channelKey' | 'sessionsFrom'>,
  { channelKey, begunAt }: KeyToEnrol,
  now: number,
): Refusal | undefined {
  if (begunAt < sessionsCountFrom(host, now)) return refuse('session_ended');
  return host.channelKey === null || host.channelKey === channelKey
    ? undefined
    : refuse('channel_key_enrolled');
}
