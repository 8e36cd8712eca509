import type { KeyObject } from 'node:crypto';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Message } from '@remotes/protocol/messages/payload';
import type { Context } from '../context.ts';
import { readPin } from '../pin.ts';

/** What a host says: a message, or one with the bytes that it carries. */
export type Outgoing = Message | { readonly message: Message; readonly data: Uint8Array };

/** The server that the settings have pinned, spoken with in the name of this host. */
export type SealedSession = {
  /** Whom the present session was proved with: what it orders is signed with this key. Known once something was asked. */
  readonly server: { readonly id: string; readonly signingKey: KeyObject };
  /** The server's time: what it last said, and what has passed since it was asked, by a clock of this machine that nobody sets and that goes on in its sleep. */
  readonly serverNowMs: () => number;
  /** The key that signs for this host, as the server knows it now. Known once something was asked. */
  readonly channelKey: KeyObject;
  /**
   * How often hands were shaken so far. When it has risen, or `ask` has thrown, an answer may have been lost: a worker
   * says hello before it claims again.
   */
  readonly handshakes: () => number;
  /** Whether it is the live channel, and open: then output is said while a program runs, and several may ask at once. */
  readonly isLive: () => boolean;
  /**
   * Says these messages, one request after the other, and answers what the server says to them. Shakes hands and proves
   * this host first where that is needed. A refusal is one of the answers, that of the proof too (`of` is `prove`: nothing
   * else was read). Throws a trouble when there is no answer, or none of the pinned server; `network` when it can't be reached,
   * `unrepeated` when a claim without a hello before it would have to be said again.
   */
  readonly ask: (messages: readonly Outgoing[], signal?: AbortSignal) => Promise<ServerMessage[]>;
};

/** Undefined where the settings hold no pin: then v1 is spoken. Throws a trouble when they lack what a pinned host needs. */
export async function openSealedSession(context: Context): Promise<SealedSession | undefined> {
  if (readPin(context.settings) === undefined) return undefined;
  // Loaded when needed: a host on v1 pays nothing for it.
  return (await import('./live-session.ts')).openLiveSession(context);
}
