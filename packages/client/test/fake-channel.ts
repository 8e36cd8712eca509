import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCodes } from '@remotes/protocol/close-codes';
import { channelKeys, channelOpener, channelSealer } from '@remotes/protocol/crypto/channel-frame';
import type { HostMessage, ServerMessage } from '@remotes/protocol/messages';
import { type Carried, readChannelPayload, writePayload } from '@remotes/protocol/messages/payload';
import { type WebSocket, WebSocketServer } from 'ws';

type FakeConnection = {
  /** What the host said in it, a list for each frame. */
  readonly frames: HostMessage[][];
  /** The numbers of the server's frames that it answered. */
  readonly answered: number[];
  readonly push: (...messages: ServerMessage[]) => void;
  readonly goodbye: (code: keyof typeof closeCodes) => void;
  readonly close: (code: number, reason?: string) => void;
  /** The wire is cut. */
  readonly cut: () => void;
  /** Sends bytes that nobody has sealed. */
  readonly forge: (bytes: Buffer) => void;
  readonly isOpen: () => boolean;
};

export type FakeChannel = {
  /** All that there ever were. */
  readonly connections: FakeConnection[];
  readonly last: () => FakeConnection;
  /** What an upgrade is answered with in the place of 101. */
  refuseUpgrade: { status: number; headers?: Record<string, string> } | undefined;
  /** What becomes of the next frames, one each: obeyed and not answered, or neither, and the wire is cut. */
  readonly cuts: ('before' | 'after' | 'honest')[];
  /** While it is set, frames are obeyed and the answers wait. */
  isHolding: boolean;
  readonly letGo: () => void;
  /** Else it pings. */
  isSilent: boolean;
  upgrades: number;
  readonly close: () => void;
};

type Session = { readonly secret: Buffer };
export type Obeying<S> = {
  readonly shake: (body: never) => { answer: object; session: S };
  readonly obey: (session: S, carried: readonly Carried[]) => ServerMessage[];
};

/** The live channel over real WebSockets, honest as long as it is not told otherwise. */
export function serveChannel<S extends Session>(server: Server, { shake, obey }: Obeying<S>): FakeChannel {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  let held: (() => void)[] = [];
  const channel: FakeChannel = {
    connections: [],
    last: () => channel.connections.at(-1)!,
    refuseUpgrade: undefined,
    cuts: [],
    isHolding: false,
    letGo() {
      channel.isHolding = false;
      for (const answer of held.splice(0)) answer();
    },
    isSilent: false,
    upgrades: 0,
    close() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };

  function connected(socket: WebSocket): void {
    let keys: { seal: ReturnType<typeof channelSealer>; open: ReturnType<typeof channelOpener> };
    let session: S;
    const send = (messages: readonly ServerMessage[], answers?: number) =>
      socket.send(keys.seal(writePayload(messages, answers)).sealed);
    const connection: FakeConnection = {
      frames: [],
      answered: [],
      push: (...messages) => send(messages),
      goodbye(code) {
        send([{ type: 'goodbye', code, sentence: closeCodes[code].sentence }]);
        socket.close(closeCodes[code].code);
      },
      close: (code, reason) => socket.close(code, reason),
      cut: () => socket.terminate(),
      forge: (bytes) => socket.send(bytes),
      isOpen: () => socket.readyState === socket.OPEN,
    };
    const pings = setInterval(() => channel.isSilent || socket.ping(), 400);
    socket.on('close', () => clearInterval(pings));
    socket.on('error', () => {});
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) {
        const shaken = shake(JSON.parse(data.toString()) as never);
        session = shaken.session;
        const { toServer, toHost } = channelKeys(session.secret);
        keys = { seal: channelSealer(toHost), open: channelOpener(toServer) };
        channel.connections.push(connection);
        return socket.send(JSON.stringify(shaken.answer));
      }
      const opened = keys.open(data);
      if (opened === undefined) return socket.close(closeCodes.seal_broken.code);
      const { counter, plain } = opened;
      const { carried, answers: answered } = readChannelPayload(plain)!;
      if (answered !== undefined) connection.answered.push(answered);
      const cut = channel.cuts.shift();
      if (cut === 'before') return connection.cut();
      connection.frames.push(carried.map(({ message }) => message as unknown as HostMessage));
      const answers = orNone(() => obey(session, carried));
      if (answers === undefined) return;
      if (cut === 'after') return connection.cut();
      const answer = () => socket.readyState === socket.OPEN && send(answers, counter);
      if (channel.isHolding) held = [...held, answer];
      else answer();
    });
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    channel.upgrades += 1;
    const refused =
      channel.refuseUpgrade ?? (request.url === '/sealed/channel/' ? undefined : { status: 404 });
    if (refused === undefined) return sockets.handleUpgrade(request, socket, head, connected);
    const { status, headers = {} } = refused as { status: number; headers?: Record<string, string> };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n${lines.join('')}\r\n`);
  });
  return channel;
}

/** Undefined where the test wants no answer, and throws. */
function orNone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
