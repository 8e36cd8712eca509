import type { KeyObject } from 'node:crypto';
import { openAnswer, sealRequest } from '@remotes/protocol/crypto/frame';
import type { ServerMessage } from '@remotes/protocol/messages';
import { readPayload, writePayload } from '@remotes/protocol/messages/payload';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { problemOf, type ServerAnswer } from '../network/server-answer.ts';
import { trouble } from '../trouble.ts';
import type { Handshake } from './handshake.ts';
import { openLines } from './lines.ts';
import { passingMs } from './passing-time.ts';
import { readServerMessage } from './read-server-message.ts';
import { mayRepeat, notRepeated } from './repetition.ts';
import type { Outgoing } from './sealed-session.ts';

/** What follows one handshake: sealed requests, one at a time, each with its answer. */
export type Conversation = {
  readonly server: { readonly id: string; readonly signingKey: KeyObject };
  /** What proofs of this host are bound to. */
  readonly transcript: Buffer;
  readonly serverNowMs: () => number;
  /** Whether it ends soon, by the server's time. */
  readonly isOld: () => boolean;
  /** From now on this ticket opens the session at the server. */
  readonly goOn: (proved: { ticket: string; expires_at_ms: number }) => void;
  /**
   * Undefined when the session is at an end: hands must be shaken again. Throws a trouble when no answer came, `unrepeated`
   * when they would have to be said again and must not.
   */
  readonly say: (messages: readonly Outgoing[], signal?: AbortSignal) => Promise<ServerMessage[] | undefined>;
};

/** Reckoned from when it was asked for, not from when the answer came: whoever holds an answer back makes no order younger. */
type ServerClock = { readonly serverMs: number; readonly askedAtMs: number };

export function beginConversation({ server, settings }: Context, handshake: Handshake): Conversation {
  const { proof, transcript } = handshake;
  let { ticket } = handshake;
  let expiresAtMs = proof.expires_at_ms;
  let clock: ServerClock = { serverMs: proof.time_ms, askedAtMs: handshake.askedAtMs };
  const lines = openLines(handshake.secret, proof.instance);
  let hasBroken = false;
  const serverNowMs = () => clock.serverMs + Math.floor(passingMs() - clock.askedAtMs);

  // One for all instances: so it tells of any two requests of the session which was said first.
  let counter = 0;

  /** One request; each has a higher counter than the last. */
  const request = async (plain: Buffer, signal: AbortSignal | undefined) => {
    const line = lines.present();
    const head = { instance: line.instance, counter, ticket };
    counter += 1;
    const answer = await server.ask({
      method: 'POST',
      url: endpointUrl(settings, 'messages'),
      body: sealRequest(line.keys, head, plain),
      staysAtOrigin: true,
      signal,
    });
    if (answer.bytes === undefined) return refusalOf(answer);
    const opened = openAnswer(line.keys, head, answer.bytes);
    if (opened === undefined) {
      hasBroken = true;
      throw trouble(
        'untrusted',
        `the answer of ${answer.url.origin} is not sealed by the server for this request: somebody in between has changed it`,
      );
    }
    return messagesIn(opened, answer.url);
  };

  return Object.freeze({
    server: Object.freeze({ id: proof.server, signingKey: handshake.signingKey }),
    transcript,
    serverNowMs,
    isOld: () => {
      const whole = expiresAtMs - proof.time_ms;
      return hasBroken || serverNowMs() > expiresAtMs - whole / partLeftWhenOld;
    },
    goOn(proved: { ticket: string; expires_at_ms: number }) {
      ticket = Buffer.from(proved.ticket, 'base64url');
      expiresAtMs = proved.expires_at_ms;
    },
    async say(messages: readonly Outgoing[], signal?: AbortSignal) {
      const plain = writePayload(messages);
      let hasRepeated = false;
      for (let renewals = 0; ; ) {
        const askedAtMs = passingMs();
        const said = await request(plain, signal);
        if (said === 'replayed' && !hasRepeated) {
          if (!mayRepeat(messages)) throw notRepeated();
          hasRepeated = true;
          continue;
        }
        if (!Array.isArray(said)) return undefined;
        const renew = said.find((message) => message.type === 'renew');
        if (renew === undefined) {
          lines.obeyed();
          const timed = said.findLast(tellsTime);
          if (timed !== undefined) clock = { serverMs: timed.time_ms, askedAtMs };
          return said;
        }
        renewals += 1;
        if (renewals > mostRenewals)
          throw trouble('answer', 'the server forgets the session again and again: try again later');
        lines.renew(renew.instance);
        // Nothing was done there; but the same request may have met its own server on the way.
        if (!mayRepeat(messages)) throw notRepeated();
      }
    },
  });
}

/**
 * A refusal of the frame is not sealed: anybody in between can make one. All that follows from it is to say the same
 * again, to shake hands, or to wait.
 */
function refusalOf(answer: ServerAnswer): 'ended' | 'replayed' {
  const { status, retryAfterSeconds } = answer;
  if (status === 409) return 'replayed';
  if (status === 410 || status === 400) return 'ended';
  if (status === 413)
    throw trouble(
      'answer',
      `${answer.url.origin} takes no request of this length (HTTP 413), which nothing vouches for: what was to be said is kept whole and said again later. Where a proxy stands before the server, let it take bodies of 16 MiB`,
      { retryAfterSeconds, isTooLarge: true },
    );
  throw trouble('answer', problemOf(answer), { retryAfterSeconds });
}

/** A server may set its clock at any time: orders are held against the time that came with them. */
function tellsTime(
  message: ServerMessage,
): message is Extract<ServerMessage, { type: 'welcome' | 'claimed' }> {
  return message.type === 'welcome' || message.type === 'claimed';
}

function messagesIn(plain: Buffer, url: URL): ServerMessage[] {
  const carried = readPayload(plain);
  const read = carried?.map(({ message }) => readServerMessage(message));
  if (read === undefined || read.includes('malformed'))
    throw trouble(
      'answer',
      `the server at ${url.origin} says something in a shape that it never has: one of the two ends must be updated`,
    );
  return read.filter((message) => typeof message === 'object');
}

/** An hour of a day. */
const partLeftWhenOld = 24;
/** Several servers may answer, now this one, now that: with eight of them and no rule one in half a million requests needs more. */
const mostRenewals = 100;
