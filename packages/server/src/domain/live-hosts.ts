import type { CloseName } from '@remotes/protocol/close-codes';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Stop } from '@remotes/protocol/messages/started';
import type { Speaker } from './host-messages.ts';
import type { Visitor } from './presence.ts';
import type { ProvedHost } from './prove.ts';

/** A host that is connected here, as the mind reaches it. */
export type LiveHost = {
  readonly host: ProvedHost;
  readonly from: Visitor;
  /** The host as it speaks now: by the order of the last frame that was heard of it. */
  speaker(): Speaker;
  /** Says this unasked. */
  push(said: readonly ServerMessage[]): void;
  /** Says once that this run is to end. */
  stop(stop: Stop): void;
  /** Says goodbye and closes. */
  end(name: CloseName): void;
  /** Whether it answers when it is called, within a few seconds. */
  isThere(): Promise<boolean>;
};

/** Who is connected to this server. */
export type LiveHosts = {
  find(hostId: number): LiveHost | undefined;
  ids(): number[];
  /** Puts an end to the connection that the host had here before. */
  enter(live: LiveHost): void;
  leave(live: LiveHost): void;
};

export function createLiveHosts(): LiveHosts {
  const hosts = new Map<number, LiveHost>();
  return Object.freeze({
    find: (hostId: number) => hosts.get(hostId),
    ids: () => [...hosts.keys()],
    enter(live: LiveHost) {
      const former = hosts.get(live.host.id);
      hosts.set(live.host.id, live);
      if (former !== live) former?.end('session_ended');
    },
    leave(live: LiveHost) {
      if (hosts.get(live.host.id) === live) hosts.delete(live.host.id);
    },
  });
}
