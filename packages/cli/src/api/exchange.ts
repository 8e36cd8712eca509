import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type NetworkTrouble, networkTrouble } from './network-trouble.ts';

export type HttpAsk = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** PEM certificates to trust in the place of those that Node brings. */
  readonly ca: string | undefined;
  /** An answer that is silent for so long is given up. */
  readonly silenceSeconds: number;
  readonly signal?: AbortSignal | undefined;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Throws a network trouble when the connection breaks off. */
  readonly body: AsyncIterable<Buffer>;
};

const mostBytes = 256 * 1024 * 1024;

/** One request, up to the head of its answer. Throws a network trouble when there is none. */
export function exchange(ask: HttpAsk): Promise<HttpAnswer> {
  const { method, url, body, ca, silenceSeconds, signal } = ask;
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = {
    ...ask.headers,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(body === undefined && method === 'GET' ? {} : { 'Content-Length': Buffer.byteLength(body ?? '') }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...(ca && { ca }), ...(signal && { signal }) });
    sent.setTimeout(silenceSeconds * 1000, () => {
      sent.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' }));
    });
    sent.on('error', (thrown) => {
      // A connection that had been kept open was closed by the server before it read anything.
      const isStale = sent.reusedSocket && (thrown as NodeJS.ErrnoException).code === 'ECONNRESET';
      reject(networkTrouble(thrown, url, isStale));
    });
    sent.on('response', (message) => {
      resolve({ status: message.statusCode ?? 0, headers: message.headers, body: partsOf(message, url) });
    });
    sent.end(body);
  });
}

/** The whole body as text. */
export async function readWhole({ body }: HttpAnswer): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Error(`an answer of more than ${mostBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function* partsOf(message: IncomingMessage, url: URL): AsyncGenerator<Buffer> {
  try {
    for await (const part of message) yield part as Buffer;
  } catch (thrown) {
    throw networkTrouble(thrown, url, false) satisfies NetworkTrouble;
  }
}
