import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Direction = 'to server' | 'to host';
/** Passes on what one socket says to the other, after its own fashion. */
export type Carry = (from: Socket, to: Socket, direction: Direction) => void;

export type Forwarder = {
  readonly port: number;
  /** Ends all connections; new ones are refused. */
  sever(): Promise<void>;
  /** Lets in again. */
  mend(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Passes connections on: to the first of these URLs that accepts one, beginning with another each time, as a plain balancer
 * does.
 */
export async function startForwarder(
  targets: () => readonly string[],
  carry: Carry = (from, to) => from.pipe(to),
): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  let turn = 0;
  const server = createServer((near) => {
    keep(near);
    near.on('error', () => {});
    const urls = targets();
    turn += 1;
    const inTurn = urls.map((_, index) => urls[(index + turn) % urls.length] ?? '');
    const join = (far: Socket) => {
      carry(near, far, 'to server');
      carry(far, near, 'to host');
    };
    const tryNext = () => {
      const url = inTurn.shift();
      if (url === undefined) return near.destroy();
      const { port, hostname } = new URL(url);
      const far = connect(Number(port), hostname);
      keep(far);
      let isJoined = false;
      far.on('error', () => {});
      far.on('connect', () => {
        isJoined = true;
        near.on('close', () => far.destroy());
        if (near.destroyed) far.destroy();
        else join(far);
      });
      far.on('close', () => (isJoined ? near.destroy() : tryNext()));
      return undefined;
    };
    tryNext();
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const sever = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { port, sever, mend: () => listen(port), close: sever };
}
