import type { CloseName } from '@remotes/protocol/close-codes';
import { refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import { type Carried, readChannelPayload } from '@remotes/protocol/messages/payload';
import { refusalOfHost } from './caller.ts';
import type { Mind } from './mind.ts';
import { isOver, type ProvedHost, provedHost } from './prove.ts';
import type { ServerKeyring } from './server-keyring.ts';
import { obeyMessages } from './session-messages.ts';
import type { SessionTicket } from './session-ticket.ts';

/** A session of the live channel, as far as it has come. */
export type ChannelSession = {
  readonly mind: Mind;
  readonly ticket: SessionTicket;
  /** Those that the server has proved itself with. */
  readonly serverKeys: ServerKeyring;
  readonly host: ProvedHost | undefined;
  readonly isGreeted: boolean;
  /** Asked of a host that has just shown its key. */
  readonly mayEnter: (host: ProvedHost) => Promise<boolean>;
};

/** What became of a frame. `end`: how the connection ends, after what is said where something is. */
export type FrameObeyed = {
  readonly said: readonly ServerMessage[];
  readonly host: ProvedHost | undefined;
  readonly isGreeted: boolean;
  readonly end: CloseName | undefined;
  /** The number of the server's frame that it answers. */
  readonly answers?: number | undefined;
};

/** Obeys what one frame of the host says, if its session still goes on. */
export async function obeyFrame(
  session: ChannelSession,
  counter: number,
  plain: Buffer,
): Promise<FrameObeyed> {
  const { mind, ticket, serverKeys, isGreeted, mayEnter } = session;
  const ends = (end: CloseName): FrameObeyed => ({ said: [], host: session.host, isGreeted, end });
  const standing = await standingOf(session);
  if (typeof standing === 'string') return ends(standing);
  const payload = standing || isModest(plain) ? readChannelPayload(plain) : undefined;
  if (!payload) return ends('malformed');
  const { carried } = payload;
  const foreign = carried.findIndex(createForeignFilter(session));
  const said = foreign === -1 ? carried : carried.slice(0, foreign);
  const state = { mind, gate: undefined, serverKeys, ticket, counter, host: standing, mayEnter };
  const obeyed = await obeyMessages(state, said);
  if (obeyed.isOver) return ends('session_ended');
  const answers = [...obeyed.said];
  const isCutShort = answers.some((answer) => answer.type === 'refusal' && answer.run === undefined);
  if (foreign !== -1 && !isCutShort) answers.push(notSaidHere(carried[foreign]!));
  return {
    said: answers,
    host: obeyed.host,
    isGreeted: isGreeted || answers.some(({ type }) => type === 'welcome'),
    answers: payload.answers,
    // Whoever cannot prove itself has nothing to say here.
    end: obeyed.host ? undefined : 'host_refused',
  };
}

/** The host whose session this is by now; undefined where none has proved itself; or why it has ended. */
async function standingOf({
  mind,
  ticket,
  serverKeys,
  host,
}: ChannelSession): Promise<ProvedHost | undefined | CloseName> {
  const now = mind.clock();
  const { signingKeyText } = await mind.serverKeys();
  if (ticket.expiresAt <= now || signingKeyText !== serverKeys.signingKeyText) return 'session_ended';
  if (!host) return undefined;
  const known = await provedHost(mind, host);
  if (!known) {
    const row = await mind.storage.tables.hosts.byId(host.id);
    return row && !refusalOfHost(row) ? 'session_ended' : 'host_refused';
  }
  const goesOn = !isOver(mind, known, ticket) && mind.newestSessions.goOn(known.id, ticket, now);
  return goesOn ? known : 'session_ended';
}

/** Finds what is not said on the channel, or not twice. */
function createForeignFilter({ host, isGreeted }: ChannelSession): (carried: Carried) => boolean {
  const once = new Set([...(host ? ['prove'] : []), ...(isGreeted ? ['hello'] : [])]);
  return ({ message: { type } }) => {
    if (saidOverHttp.has(type) || once.has(type)) return true;
    if (type === 'prove' || type === 'hello') once.add(type);
    return false;
  };
}

const saidOverHttp: ReadonlySet<string> = new Set([
  'register',
  'verify',
  'enrol',
  'rotate_key',
  'claim',
  'commands_list',
]);

function notSaidHere({ message }: Carried): ServerMessage {
  const sentence = `This is not said on the live channel, or not twice: ${message.type}.`;
  return { type: 'refusal', of: message.type, code: refuse('message_malformed').refused, sentence };
}

/** Reading JSON of many megabytes takes long: strangers get less. It is enough for a whole greeting. */
function isModest(plain: Buffer): boolean {
  return plain.length >= 4 && plain.readUInt32BE(0) <= mostBytesOfStrangers;
}

const mostBytesOfStrangers = 2 * 1024 * 1024;
