import type { ServerMessage } from '@remotes/protocol/messages';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import type { Pin } from '../pin.ts';
import { trouble } from '../trouble.ts';
import { beginConversation, type Conversation } from './conversation.ts';
import { shakeHands } from './handshake.ts';
import { follow, recognise, type Trust } from './recognition.ts';
import { mayRepeat, notRepeated } from './repetition.ts';
import type { Outgoing } from './sealed-session.ts';

/** Sealed requests to a server that has proved itself, with new handshakes where they are needed. */
export type Talk = {
  /** The present conversation; hands are shaken for it if they must be. */
  readonly open: (signal?: AbortSignal) => Promise<Conversation>;
  /** Composed anew for each conversation, as proofs are bound to one. */
  readonly ask: (
    compose: (conversation: Conversation) => readonly Outgoing[],
    signal?: AbortSignal,
  ) => Promise<{ conversation: Conversation; answers: ServerMessage[] }>;
  /** What would be pinned now. Known once something was asked. */
  readonly pin: () => Pin;
  readonly handshakes: () => number;
};

export function openTalk(context: Context, trust: Trust): Talk {
  let { pin } = trust;
  let proved: Pin | undefined;
  let conversation: Conversation | undefined;
  let handshakes = 0;

  const open = async (signal?: AbortSignal) => {
    if (conversation !== undefined && !conversation.isOld()) return conversation;
    const handshake = await shakeHands(context, signal);
    proved = recognise(context, { pin, fingerprint: trust.fingerprint }, handshake);
    if (pin !== undefined) follow(context, pin, proved);
    if (pin !== undefined) pin = proved;
    handshakes += 1;
    conversation = beginConversation(context, handshake);
    return conversation;
  };

  return Object.freeze({
    open,
    async ask(compose: (conversation: Conversation) => readonly Outgoing[], signal?: AbortSignal) {
      for (let tries = 0; tries < 2; tries++) {
        const present = await open(signal);
        const messages = compose(present);
        const answers = await present.say(messages, signal);
        if (answers !== undefined) return { conversation: present, answers };
        conversation = undefined;
        if (!mayRepeat(messages)) throw notRepeated();
      }
      throw trouble(
        'answer',
        `${endpointUrl(context.settings, 'messages').origin} ends each session as soon as it began: try again later; somebody in between may be at work`,
      );
    },
    pin: () => {
      if (proved === undefined) throw new Error('Nothing was asked yet.');
      return proved;
    },
    handshakes: () => handshakes,
  });
}
