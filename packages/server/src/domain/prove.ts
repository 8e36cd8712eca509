import { isSignedFor } from '@remotes/protocol/crypto/sign';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { Prove } from '@remotes/protocol/messages/prove';
import { provingText } from '@remotes/protocol/values/signed-texts';
import { refusalOfHost } from './caller.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import type { Host } from './ports.ts';
import { sessionsCountFrom } from './request-order.ts';
import type { SessionTicket } from './session-ticket.ts';

/** A host that is served by the sealed protocol: its channel key is there. */
export type ProvedHost = KnownHost & { readonly channelKey: string };

/**
 * Tells by its channel key which host this is; why it does not believe so is the same in every case. `mayEnter` is asked
 * before anything comes of it, so that a host that may not is not taken for the newest session.
 */
export async function proveHost(
  mind: Mind,
  session: SessionTicket,
  { host: uuid, signature }: Prove,
  mayEnter: (host: ProvedHost) => Promise<boolean> = async () => true,
): Promise<ProvedHost | Refusal> {
  const { epoch } = await mind.definitions.current();
  const row = await mind.storage.tables.hosts.byUuid(uuid);
  if (!row) return refuse('proof_invalid');
  const groups = await mind.storage.tables.hostsGroups.ofHost(row.id);
  // The row, and not what is remembered: the key may have been enrolled a moment ago.
  const host = mind.knownHosts.keep(row.id, epoch, row, groups);
  const { channelPublicKey } = host;
  const isProved =
    channelPublicKey !== undefined &&
    isSignedFor('host handshake', channelPublicKey, provingText(session.transcript, uuid), signature);
  if (!isProved || !hasChannelKey(host)) return refuse('proof_invalid');
  const refusal = refusalOfHost(host);
  if (refusal) return refusal;
  // Before it: a proof that somebody held back must not look like a second machine.
  const isOld = isOver(mind, row, session) || mind.newestSessions.isOlder(row.id, session, mind.clock());
  if (isOld || !(await mayEnter(host))) return refuse('session_ended');
  return mind.newestSessions.prove(row.id, session, mind.clock()) ? host : refuse('session_ended');
}

/** Whether every session of this host that began then has ended. Those that begin here from now on have not. */
export function isOver(
  mind: Mind,
  host: Pick<Host, 'sessionsFrom'>,
  { begunAt }: Pick<SessionTicket, 'begunAt'>,
): boolean {
  const now = mind.clock();
  const sessionsFrom = sessionsCountFrom(host, now);
  mind.newestSessions.follow(sessionsFrom, now);
  return begunAt < sessionsFrom;
}

/** The host of a session that was proved by this key; undefined when it may not go on with it. */
export async function provedHost(
  mind: Mind,
  { id, channelKey }: { readonly id: number; readonly channelKey: string },
): Promise<ProvedHost | undefined> {
  const mayGoOn = (host: KnownHost | undefined): host is ProvedHost =>
    host !== undefined && host.channelKey === channelKey && refusalOfHost(host) === undefined;
  const { epoch } = await mind.definitions.current();
  const known = mind.knownHosts.find(id, epoch);
  if (mayGoOn(known)) return known;
  // What is remembered may be from before the key was enrolled: nobody is sent away because of that.
  const { hosts, hostsGroups } = mind.storage.tables;
  const row = await hosts.byId(id);
  const fresh = row && mind.knownHosts.keep(id, epoch, row, await hostsGroups.ofHost(id));
  return mayGoOn(fresh) ? fresh : undefined;
}

function hasChannelKey(host: KnownHost): host is ProvedHost {
  return host.channelKey !== null;
}
