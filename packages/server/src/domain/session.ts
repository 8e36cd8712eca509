import { openRequest, readFrame, sealAnswer, sessionKeys } from '@remotes/protocol/crypto/frame';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import { readPayload, writePayload } from '@remotes/protocol/messages/payload';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { isOver, type ProvedHost, provedHost } from './prove.ts';
import type { RegistrationGate } from './registration-gate.ts';
import { obeyMessages } from './session-messages.ts';
import { openTicket } from './session-ticket.ts';

/** What became of a frame. `said` is what was sealed into the answer; a frame that was refused has none. */
export type FrameAnswer = {
  /** Whose session it is by now, as far as that was proved. */
  readonly host: KnownHost | undefined;
  readonly answer: Buffer | Refusal;
  readonly said: readonly ServerMessage[];
  /** The types of the messages that it held, those too that nobody knows. */
  readonly heard: readonly string[];
  /** Whether it was obeyed, once and now: whoever repeats a recorded frame shows nobody to be there. */
  readonly isObeyed: boolean;
};

/**
 * Opens a frame, obeys its messages in their order and seals what there is to say. Nothing of a refused frame was done; of
 * one that was overtaken meanwhile perhaps something that may be said twice.
 */
export async function answerFrame(mind: Mind, gate: RegistrationGate, bytes: Buffer): Promise<FrameAnswer> {
  const frame = readFrame(bytes);
  if (!frame) return refused(refuse('seal_broken'));
  const now = mind.clock();
  const serverKeys = await mind.serverKeys();
  const ticket = openTicket(await mind.ticketKeys(), serverKeys.signingKeyText, frame.ticket, now);
  if (!ticket || ticket.expiresAt <= now) return refused(refuse('session_ended'));
  const keys = sessionKeys(ticket.secret, frame.instance);
  const plain = openRequest(keys, frame);
  if (!plain) return refused(refuse('seal_broken'));
  let host: ProvedHost | undefined;
  if (ticket.host) {
    host = await provedHost(mind, ticket.host);
    if (!host) return refused(refuse('session_ended'));
    // What an administrator ended stays ended, though the host may be enabled again, or trust anew with the same key.
    if (isOver(mind, host, ticket) || !mind.newestSessions.goOn(host.id, ticket, now))
      return refused(refuse('session_ended'), host);
  }
  const counted = mind.sessions.count(ticket, frame.instance, frame.counter);
  if (counted === 'replayed') return refused(refuse('message_replayed'), host);

  const seal = (
    said: readonly ServerMessage[],
    speaking: KnownHost | undefined,
    heard: readonly string[] = [],
  ): FrameAnswer => ({
    host: speaking,
    answer: sealAnswer(keys, frame, writePayload(said)),
    said,
    heard,
    isObeyed: counted === 'obey',
  });
  if (counted !== 'obey') {
    return seal([{ type: 'renew', instance: counted.renew.toString('base64url') }], host);
  }
  const carried = host || isModest(plain) ? readPayload(plain) : undefined;
  if (!carried) return seal([malformedPayload], host);
  const { counter } = frame;
  const obeyed = await obeyMessages({ mind, gate, serverKeys, ticket, counter, host }, carried);
  if (obeyed.isOver) {
    if (obeyed.host) await followOthers(mind, obeyed.host);
    return refused(refuse('session_ended'), obeyed.host);
  }
  const heard = carried.map(({ message }) => message.type);
  return seal(obeyed.said, obeyed.host, heard);
}

function refused(answer: Refusal, host?: KnownHost): FrameAnswer {
  return { host, answer, said: [], heard: [], isObeyed: false };
}

/** Another server may have a clock that is ahead: the next session that begins here is newer all the same. */
async function followOthers(mind: Mind, { id }: KnownHost): Promise<void> {
  const row = await mind.storage.tables.hosts.byId(id);
  if (row && row.sessionsFrom !== null) mind.newestSessions.follow(row.sessionsFrom, mind.clock());
}

const malformedPayload: ServerMessage = {
  type: 'refusal',
  of: 'payload',
  code: 'message_malformed',
  sentence: refuse('message_malformed').sentence,
};

/**
 * Whoever shakes hands may say something, and reading JSON of many megabytes takes long: strangers get less. It is
 * enough for a whole greeting along with the proof.
 */
function isModest(plain: Buffer): boolean {
  return plain.length >= 4 && plain.readUInt32BE(0) <= mostBytesOfStrangers;
}

const mostBytesOfStrangers = 2 * 1024 * 1024;
