import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { Enrol, Enrolled } from '@remotes/protocol/messages/enrol';
import { refusalOfHost } from './caller.ts';
import { checkEnrolment, type KeyToEnrol, refusalOfEnrolment } from './enrolment-proof.ts';
import type { Mind } from './mind.ts';
import type { Tables } from './ports.ts';
import type { SessionTicket } from './session-ticket.ts';

/** A host that v1 has verified enrols its channel key. */
export async function enrolHost(
  mind: Mind,
  session: SessionTicket,
  message: Enrol,
): Promise<Enrolled | Refusal> {
  const host = await checkEnrolment(mind, session, message);
  if (isRefusal(host)) return host;
  const refusal = await mind.storage.decide('enrolChannelKey', {
    hostId: host.id,
    key: { channelKey: message.channel_key, begunAt: session.begunAt },
    now: mind.clock(),
  });
  return refusal ?? { type: 'enrolled' };
}

export type ChannelKeyEnrolment = { hostId: number; key: KeyToEnrol; now: number };

/** From the commit on v1 is closed to this host. */
export async function decideEnrolment(
  tables: Tables,
  { hostId, key, now }: ChannelKeyEnrolment,
): Promise<Refusal | null> {
  const host = await tables.hosts.byId(hostId);
  if (!host) return refuse('proof_invalid');
  const refusal = refusalOfHost(host) ?? refusalOfEnrolment(host, key, now);
  if (refusal) return refusal;
  const { channelKey } = key;
  if (host.channelKey === channelKey) return null;
  await tables.hosts.change(hostId, { channelKey, channelKeyEnrolledAt: now });
  await tables.server.bumpEpoch();
  return null;
}
