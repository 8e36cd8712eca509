import { trouble } from '../trouble.ts';
import type { Outgoing, SealedSession } from './sealed-session.ts';

/** One session to whoever speaks in it, whatever carries it at the moment. */
export type SwitchedSession = SealedSession & {
  /** Undefined while there is nothing that carries it: then there are no answers. */
  readonly use: (session: (SealedSession & { readonly close?: () => void }) | undefined) => void;
  /** Closes what carries it, where that stays open. */
  readonly leave: () => void;
};

export function switchedSession(first: SealedSession): SwitchedSession {
  let present: (SealedSession & { readonly close?: () => void }) | undefined = first;
  // Until the next one has been answered, what was known by the last one goes on being true.
  let known = first;
  return Object.freeze({
    get server() {
      return known.server;
    },
    get channelKey() {
      return known.channelKey;
    },
    serverNowMs: () => known.serverNowMs(),
    handshakes: () => present?.handshakes() ?? 0,
    isLive: () => present?.isLive() ?? false,
    async ask(messages: readonly Outgoing[], signal?: AbortSignal) {
      const session = present;
      if (session === undefined)
        throw trouble('network', 'the server is not connected at the moment', { isUnsent: true });
      const answers = await session.ask(messages, signal);
      known = session;
      return answers;
    },
    leave: () => present?.close?.(),
    use(session: (SealedSession & { readonly close?: () => void }) | undefined) {
      present = session;
      if (session?.isLive()) known = session;
    },
  });
}
