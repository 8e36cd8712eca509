import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { Enrol, Enrolled } from '@remotes/protocol/messages/enrol';
import { refusalOfHost } from './caller.ts';
import { checkEnrolment, refusalOfEnrolment } from './enrolment-proof.ts';
import type { Mind } from './mind.ts';
import type { Tables } from './ports.ts';

/** A host that v1 has verified enrols its channel key. */
export async function enrolHost(mind: Mind, transcript: Buffer, message: Enrol): Promise<Enrolled | Refusal> {
  const host = await checkEnrolment(mind, transcript, message);
  if (isRefusal(host)) return host;
  const refusal = await mind.storage.decide('enrolChannelKey', {
    hostId: host.id,
    channelKey: message.channel_key,
    now: mind.clock(),
  });
  return refusal ?? { type: 'enrolled' };
}

export type ChannelKeyEnrolment = { hostId: number; channelKey: string; now: number };

/** From the commit on v1 is closed to this host. */
export async function decideEnrolment(
  tables: Tables,
  { hostId, channelKey, now }: ChannelKeyEnrolment,
): Promise<Refusal | null> {
  const host = await tables.hosts.byId(hostId);
  if (!host) return refuse('proof_invalid');
  const refusal = refusalOfHost(host) ?? refusalOfEnrolment(host, channelKey);
  if (refusal) return refusal;
  if (host.channelKey === channelKey) return null;
  await tables.hosts.change(hostId, { channelKey, channelKeyEnrolledAt: now });
  await tables.server.bumpEpoch();
  return null;
}
