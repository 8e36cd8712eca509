import type { Server } from 'node:http';
import { startProblem } from '../domain/start-problem.ts';
import type { HttpOptions } from './door.ts';

/** Starts to listen; answers the URL. */
export function listen(server: Server, options: HttpOptions): Promise<string> {
  const { host, port, reusePort, tls, log } = options;
  return new Promise((resolve, reject) => {
    const onError = (trouble: Error) => reject(explain(trouble, options));
    server.once('error', onError);
    server.listen({ host, port, reusePort }, () => {
      server.off('error', onError);
      // Out of file descriptors, for one. Without a listener it would end the process.
      server.on('error', (trouble) => log.error({ err: trouble }, 'A connection could not be accepted'));
      resolve(`${tls ? 'https' : 'http'}://${addressOf(server)}`);
    });
  });
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no TCP port.');
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

/** Says what whoever starts the server can do about it, where they can. */
function explain(trouble: Error, { host, port }: HttpOptions): Error {
  const { code = '' } = trouble as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return startProblem(
      `Port ${port} of ${host} is taken: stop what listens there, or choose another with --port.`,
      trouble,
    );
  }
  if (code === 'EACCES') {
    return startProblem(
      `This user may not listen on port ${port}: choose one above 1023 with --port.`,
      trouble,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return startProblem(`${host} is no address of this machine: choose another with --host.`, trouble);
  }
  return trouble;
}
