import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};
export type Answered = {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
};

/** What somebody on the wire does with what comes by. Whatever is left out is passed on as it is. */
type Meddling = {
  /** Another question in the place of this one, or an answer without asking. */
  readonly asked?: (asked: Asked) => Partial<Asked> | { readonly answer: Answered } | undefined;
  readonly answered?: (asked: Asked, answered: Answered) => Partial<Answered> | undefined;
};

export type Middle = {
  readonly url: string;
  /** Everything that went to the server and came back, as it was sent. */
  readonly seen: readonly { readonly asked: Asked; readonly answered: Answered }[];
  /** Meddles from now on in this way. */
  meddle(meddling: Meddling): void;
  /** Asks the server by itself. */
  ask(asked: Pick<Asked, 'method' | 'path' | 'body'> & { headers?: IncomingHttpHeaders }): Promise<Answered>;
  close(): Promise<void>;
};

/** Somebody between hosts and a server that speaks plain HTTP: sees everything, and changes what he likes. */
export async function startMiddle(target: () => string): Promise<Middle> {
  const seen: { asked: Asked; answered: Answered }[] = [];
  let meddling: Meddling = {};
  const server = createServer(async (incoming, outgoing) => {
    try {
      const { method = 'GET', url: path = '/', headers } = incoming;
      const asked: Asked = { method, path, headers, body: await readAll(incoming) };
      const done = meddling.asked?.(asked);
      if (done !== undefined && 'answer' in done) {
        seen.push({ asked, answered: done.answer });
        send(done.answer);
        return;
      }
      const answered = await pass(target(), { ...asked, ...done });
      seen.push({ asked, answered });
      send({ ...answered, ...meddling.answered?.(asked, answered) });
    } catch {
      outgoing.destroy();
    }
    function send({ status, headers, body }: Answered) {
      outgoing
        .writeHead(status, { ...headers, 'content-length': body.length, connection: 'close' })
        .end(body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    meddle(next) {
      meddling = next;
    },
    ask: (asked) => pass(target(), { headers: {}, ...asked }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pass(url: string, { method, path, headers, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, ...kept } = headers;
    const options = {
      method,
      headers: { ...kept, connection: 'close', 'content-length': body.length },
      agent: false as const,
    };
    const asking = request(new URL(path, url), options, async (response) => {
      try {
        const { 'transfer-encoding': __, ...passed } = response.headers;
        resolve({ status: response.statusCode ?? 0, headers: passed, body: await readAll(response) });
      } catch (error) {
        reject(error);
      }
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
