import { randomUUID } from 'node:crypto';
import { closeNameOf } from '@remotes/protocol/close-codes';
import { channel } from '@remotes/protocol/requests/channel';
import type { Visitor } from '../domain/presence.ts';
import type { ChannelDoor, MeasureChannel } from './door.ts';
import type { HostSocket, SocketEars } from './host-socket.ts';

/** Puts one connection on record: its frames in the metrics, its begin and its end in the API log. */
export type ConnectionRecord = {
  /** The same socket; what goes by it is counted. */
  readonly socket: HostSocket;
  /** The same ears; what comes to them is counted. */
  listen(ears: SocketEars): SocketEars;
  /** This host has said hello. */
  greeted(hostName: string): void;
};

const cutCode = 1006;

export function recordConnection(
  { mind, measure }: Pick<ChannelDoor, 'mind' | 'measure'>,
  socket: HostSocket,
  from: Visitor,
): ConnectionRecord {
  const requestId = randomUUID();
  const openedAt = performance.now();
  let name: string | null = null;
  /** With what it was ended here; the other end may answer with another code, or with none. */
  let endedWith: number | undefined;
  const log = (method: string, status: number) => {
    if (mind.apiLog.wanted(name) === 'no') return;
    mind.apiLog.add({
      at: mind.clock(),
      requestId,
      method,
      path: channel.path,
      status,
      address: from.address,
      hostName: name,
      operatorName: null,
      clientAgent: from.clientAgent,
      durationMs: Math.round(performance.now() - openedAt),
      arguments: null,
    });
  };
  return Object.freeze({
    socket: Object.freeze({
      ...socket,
      send(frame: string | Buffer) {
        measure?.frame('out');
        socket.send(frame);
      },
      end(how: { readonly code: number; readonly reason: string } | 'cut') {
        endedWith ??= how === 'cut' ? cutCode : how.code;
        socket.end(how);
      },
    }),
    listen: (ears: SocketEars) =>
      Object.freeze({
        ...ears,
        heard(frame: string | Buffer) {
          measure?.frame('in');
          ears.heard(frame);
        },
        ended(code: number) {
          ears.ended(code);
          const ending = endedWith ?? code;
          measure?.closed(endingOf(ending));
          log('CLOSE', ending);
        },
      }),
    greeted(hostName: string) {
      name = hostName;
      log('GET', 101);
    },
  });
}

/** The other end may say any code: those that mean nothing here count as one. */
function endingOf(code: number): Parameters<MeasureChannel['closed']>[0] {
  return code === cutCode ? 'cut' : (closeNameOf(code) ?? 'other');
}
