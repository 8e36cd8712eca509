import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

/** A certificate for localhost and 127.0.0.1, its key, and the CA that made it. Test keys, never used for anything else. */
export function tlsFixture(name: 'ca.pem' | 'server.pem' | 'server-key.pem'): string {
  return fileURLToPath(new URL(`./fixtures/tls/${name}`, import.meta.url));
}

/** TLS in front of a plain server, as a reverse proxy does it. */
export async function startTlsFront(
  target: string,
  address = '127.0.0.1',
): Promise<{ url: string; close: () => Promise<void> }> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<{ destroy: () => void }>();
  const server = createServer(
    { cert: readFileSync(tlsFixture('server.pem')), key: readFileSync(tlsFixture('server-key.pem')) },
    (socket) => {
      const onward = connect(Number(port), hostname);
      for (const end of [socket, onward]) {
        sockets.add(end);
        end.on('error', () => {});
      }
      socket.pipe(onward).pipe(socket);
    },
  );
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `https://${address}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
