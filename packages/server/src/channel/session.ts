import { type CloseName, closeCodes } from '@remotes/protocol/close-codes';
import { channelKeys, channelOpener, channelSealer } from '@remotes/protocol/crypto/channel-frame';
import { isRefusal } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import { writePayload } from '@remotes/protocol/messages/payload';
import type { Stop } from '@remotes/protocol/messages/started';
import { HandshakeBody } from '@remotes/protocol/requests/handshake';
import { Check } from 'typebox/value';
import { reachCrashPoint } from '../crash-point.ts';
import { type ChannelSession, obeyFrame } from '../domain/channel-session.ts';
import { type BegunSession, beginSession } from '../domain/handshake.ts';
import type { LiveHost } from '../domain/live-hosts.ts';
import type { Visitor } from '../domain/presence.ts';
import type { ProvedHost } from '../domain/prove.ts';
import { type Call, createCall } from './call.ts';
import type { ChannelDoor } from './door.ts';
import { createFrameQueue } from './frame-queue.ts';
import type { HostSocket, SocketEars } from './host-socket.ts';
import { logRefusals } from './refusal-log.ts';
import type { Watching } from './watch.ts';

/** One connection, as those who watch over all of them see it. */
export type OpenSession = {
  readonly socket: HostSocket;
  /** Undefined until it has said hello. */
  readonly live: () => LiveHost | undefined;
  /** When the session ends of itself, by the server's clock; undefined before its handshake. */
  readonly expiresAt: () => number | undefined;
  readonly isBusy: () => boolean;
  /** Lets what is being handled be answered, then says goodbye. */
  finish(name: CloseName): Promise<void>;
  end(name: CloseName): void;
};

type Sealed = Pick<BegunSession, 'ticket' | 'serverKeys'> & {
  readonly open: ReturnType<typeof channelOpener>;
  readonly seal: ReturnType<typeof channelSealer>;
};

/** Speaks with whoever is at the other end of a new connection: the handshake first, then sealed frames in their order. */
export function openSession(
  { mind, log, pace, noteDuplicate }: ChannelDoor,
  socket: HostSocket,
  from: Visitor,
  watch: Watching,
): { readonly session: OpenSession; readonly ears: SocketEars } {
  let sealed: Sealed | undefined;
  let state: Pick<ChannelSession, 'host' | 'isGreeted'> = { host: undefined, isGreeted: false };
  let live: LiveHost | undefined;
  let call: Call | undefined;
  let isOver = false;
  let counter = 0;
  const say = ({ seal }: Sealed, said: readonly ServerMessage[], answers?: number) => {
    const types = said.map(({ type }) => type);
    reachCrashPoint('before-answer', types);
    const frame = seal(writePayload(said, answers));
    socket.send(frame.sealed);
    return frame.counter;
  };

  const end = (name: CloseName) => {
    if (isOver) return;
    leave();
    const { code, sentence } = closeCodes[name];
    if (sealed) say(sealed, [{ type: 'goodbye', code: name, sentence }]);
    socket.end({ code, reason: sentence });
  };

  const leave = () => {
    isOver = true;
    call?.end();
    if (!live) return;
    mind.liveHosts.leave(live);
    mind.presence.visit(live.host, from, 'gone');
  };

  const mayEnter = async (host: ProvedHost) => {
    const older = mind.liveHosts.find(host.id);
    if (!older || !(await older.isThere())) return true;
    log.warn(
      { host: host.name, connected: older.from.address, refused: from.address },
      'A host is connected already, and came once more from somewhere else: two machines have the same keys',
    );
    await noteDuplicate(mind, host, { older: older.from.address, newer: from.address });
    end('duplicate_host');
    return false;
  };

  const shakeHands = async (frame: string | Buffer) => {
    const body = typeof frame === 'string' ? readJson(frame) : undefined;
    const begun = Check(HandshakeBody, body) ? await beginSession(mind, body) : undefined;
    if (!begun || isRefusal(begun)) return end('malformed');
    const keys = channelKeys(begun.ticket.secret);
    const { ticket, serverKeys } = begun;
    if (isOver) return;
    sealed = { ticket, serverKeys, open: channelOpener(keys.toServer), seal: channelSealer(keys.toHost) };
    // A ticket holds the session's secret: whoever got its key later could open what he recorded of this connection.
    socket.send(JSON.stringify({ ...begun.answer, ticket: '' }));
  };

  const answer = async (open: Sealed, frame: string | Buffer) => {
    if (typeof frame === 'string') return end('malformed');
    const opened = open.open(frame);
    if (!opened) return end('seal_broken');
    counter = opened.counter;
    watch.spoke();
    const { ticket, serverKeys } = open;
    const obeyed = await obeyFrame({ mind, ticket, serverKeys, ...state, mayEnter }, counter, opened.plain);
    logRefusals(log, obeyed.said, obeyed.host, from);
    if (isOver) return;
    if (obeyed.answers !== undefined) call?.answered(obeyed.answers);
    if (obeyed.said.length > 0 || !obeyed.end) say(open, obeyed.said, counter);
    if (obeyed.end) return end(obeyed.end);
    const isNew = obeyed.isGreeted && !state.isGreeted;
    state = { host: obeyed.host, isGreeted: obeyed.isGreeted };
    if (isNew && obeyed.host) enter(open, obeyed.host);
  };

  const enter = (open: Sealed, host: ProvedHost) => {
    const told = new Set<string>();
    const { serverKeys, ticket } = open;
    const ring = createCall(() => say(open, [{ type: 'call' }]), pace.callMs);
    call = ring;
    const entered: LiveHost = Object.freeze({
      host,
      from,
      speaker: () => {
        const order = { begunAt: ticket.begunAt, counter, at: mind.clock() };
        return { mind, host, serverKeys, order, isLive: true };
      },
      push(said: readonly ServerMessage[]) {
        if (!isOver) say(open, said);
      },
      stop(stop: Stop) {
        const name = `${stop.run} ${stop.attempt}`;
        if (isOver || told.has(name)) return;
        told.add(name);
        say(open, [stop]);
      },
      end,
      isThere: () => (isOver ? Promise.resolve(false) : ring.isAnswered()),
    });
    live = entered;
    watch.greeted();
    mind.liveHosts.enter(entered);
    mind.presence.visit(host, from, 'live');
    mind.delivery.mayHaveDue(host.id);
  };

  const queue = createFrameQueue(async (frame) => {
    if (isOver) return;
    try {
      await (sealed ? answer(sealed, frame) : shakeHands(frame));
    } catch (trouble) {
      log.error({ err: trouble, host: state.host?.name, address: from.address }, 'A frame of a host failed');
      end('going_away');
    }
  }, socket.setReading);

  const session: OpenSession = Object.freeze({
    socket,
    live: () => live,
    expiresAt: () => sealed?.ticket.expiresAt,
    isBusy: queue.isBusy,
    async finish(name: CloseName) {
      await queue.close();
      end(name);
    },
    end,
  });
  const ears: SocketEars = Object.freeze({
    heard(frame: string | Buffer) {
      watch.heard();
      if (!isOver) queue.add(frame);
    },
    answered: watch.heard,
    ended() {
      if (!isOver) leave();
      void queue.close();
      watch.ended();
    },
  });
  return { session, ears };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
