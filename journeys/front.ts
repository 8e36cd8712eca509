import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';

type Exchange = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly sent: Buffer;
  readonly status: number;
  readonly answered: Buffer;
};

export type Front = { readonly url: string; close(): Promise<void> };

export type FrontOptions = {
  /** Told of each answer of the server, before whoever asked hears it. */
  readonly heard?: (exchange: Exchange) => void;
  /** The headers that the server gets in the place of these. */
  readonly passed?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders;
  /** An answer that is given in the server's place, as a proxy of somebody else's would. */
  readonly instead?: (
    path: string,
  ) => { status: number; headers?: OutgoingHttpHeaders; body: string } | undefined;
};

/** Stands before a server like a proxy. Where the server dies, whoever asked sees the connection end without an answer. */
export async function startFront(
  target: () => string,
  { heard, passed, instead }: FrontOptions = {},
): Promise<Front> {
  const server = createServer(async (asked, answer) => {
    const { method = 'GET', url: path = '/', headers } = asked;
    const own = instead?.(path);
    if (own) {
      answer.writeHead(own.status, own.headers).end(own.body);
      return;
    }
    try {
      const sent = await readAll(asked);
      const options = {
        method,
        headers: { ...(passed?.(headers) ?? headers), connection: 'close' },
        agent: false,
      };
      const forwarded = request(new URL(path, target()), options);
      forwarded.on('error', () => answer.destroy());
      forwarded.on('response', async (response) => {
        try {
          const answered = await readAll(response);
          const status = response.statusCode ?? 0;
          heard?.({ method, path, headers, sent, status, answered });
          answer.writeHead(status, response.headers).end(answered);
        } catch {
          answer.destroy();
        }
      });
      forwarded.end(sent);
    } catch {
      answer.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
