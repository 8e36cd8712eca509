import type { Server, Socket } from 'node:net';

/** The open connections, bounded. */
export type Connections = {
  /** True for one that came when all places were taken: it is told so and closed. */
  isExtra(socket: Socket): boolean;
  /** Whether only the last tenth is left, which no connection that stays may have. */
  isCrowded(): boolean;
  destroyAll(): void;
};

/**
 * Beyond `most` connections a further one is accepted only to be told that there is no room, and beyond a tenth more
 * not even that. `event` is the one that hands over the socket on which requests arrive.
 */
export function boundConnections(
  server: Server,
  most: number,
  event: 'connection' | 'secureConnection',
): Connections {
  const open = new Set<Socket>();
  const extra = new WeakSet<Socket>();
  server.maxConnections = most + Math.ceil(most / 10) + 10;
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on(event, (socket: Socket) => {
    if (open.size > most) extra.add(socket);
  });
  return Object.freeze({
    isExtra: (socket: Socket) => extra.has(socket),
    isCrowded: () => open.size > most - Math.floor(most / 10),
    destroyAll() {
      for (const socket of open) socket.destroy();
    },
  });
}
