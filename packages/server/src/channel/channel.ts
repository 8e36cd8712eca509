import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { channel } from '@remotes/protocol/requests/channel';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { createDuplicateNotes } from '../domain/duplicate-host.ts';
import type { Mind } from '../domain/mind.ts';
import type { Visitor } from '../domain/presence.ts';
import { createAdmission } from './admission.ts';
import { recordConnection } from './connection-record.ts';
import type { ChannelDoor, MeasureChannel } from './door.ts';
import { type Pace, usualPace } from './pace.ts';
import { type OpenSession, openSession } from './session.ts';
import { createStrangerBytes } from './stranger-bytes.ts';
import { startWatch } from './watch.ts';
import { fitWebSocket } from './web-socket.ts';

/** The door for hosts that stay connected. */
export type Channel = {
  /** Whether this request is one for a connection here. */
  isMeant(request: IncomingMessage): boolean;
  /** For how many seconds whoever comes now is sent away; 0 where it is let in. */
  waitSeconds(): number;
  /** Takes over the socket of a request that is meant for it. */
  open(request: IncomingMessage, socket: Duplex, head: Buffer, from: Visitor): void;
  /** Tells everybody to come back later; what takes too long is cut off. */
  stop(): Promise<void>;
};

type Options = { readonly pace?: Pace; readonly measure?: MeasureChannel | undefined };

export function createChannel(mind: Mind, log: Logger, { pace = usualPace, measure }: Options = {}): Channel {
  const noteDuplicate = createDuplicateNotes();
  const door: ChannelDoor = Object.freeze({ mind, log, pace, measure, noteDuplicate });
  const watch = startWatch(mind, pace);
  const strangerBytes = createStrangerBytes();
  const admission = createAdmission(pace.mostNewcomers);
  const webSockets = new WebSocketServer(optionsOf(mind.limits.bodyBytes));
  let isStopping = false;
  return Object.freeze({
    isMeant,
    waitSeconds() {
      if (isStopping) return 1;
      if (watch.newcomers() >= pace.mostNewcomers) watch.makeRoom();
      return admission.waitSeconds(watch.newcomers());
    },
    open(request: IncomingMessage, socket: Duplex, head: Buffer, from: Visitor) {
      webSockets.handleUpgrade(request, socket, head, (webSocket) =>
        fitWebSocket(webSocket, (hostSocket) => {
          let session: OpenSession;
          const record = recordConnection(door, hostSocket, from);
          const stopCounting = strangerBytes.count(socket);
          const watching = watch.begin(() => session);
          const greeted = () => {
            // Whoever has said hello is no stranger any more.
            stopCounting();
            record.greeted(session.live()!.host.name);
            watching.greeted();
          };
          const opened = openSession(door, record.socket, from, { ...watching, greeted });
          session = opened.session;
          return record.listen(opened.ears);
        }),
      );
    },
    async stop() {
      isStopping = true;
      const isEmpty = () => watch.sessions().length === 0;
      const finished = Promise.all(watch.sessions().map((session) => session.finish('restarting')));
      const patience = new AbortController();
      const timer = setTimeout(() => patience.abort(), pace.stopMs);
      await Promise.race([finished, aborted(patience.signal)]);
      while (!isEmpty() && !patience.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 10));
      clearTimeout(timer);
      for (const session of watch.sessions()) session.socket.end('cut');
      watch.stop();
    },
  });
}

function optionsOf(maxPayload: number) {
  return {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    // Whoever does not close in turn is cut. The types do not know it.
    closeTimeout: 2_000,
    handleProtocols: () => channel.subprotocol,
  };
}

/** An upgrade to what is spoken here, and nothing else: whatever lacks something of it is answered as a plain request. */
function isMeant({ method, url = '', headers }: IncomingMessage): boolean {
  const path = url.split('?')[0];
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return (
    method === 'GET' &&
    (path === channel.path || `${path}/` === channel.path) &&
    // A proxy that drops one of the two lets no WebSocket through.
    headers.connection?.toLowerCase().includes('upgrade') === true &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    // Else somebody on the way has asked for an answer, and not for a connection.
    /\bupgrade\b/i.test(headers.connection ?? '') &&
    protocols.includes(channel.subprotocol)
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
