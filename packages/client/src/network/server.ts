import { version } from '@remotes/protocol/version';
import type { Config } from '../config.ts';
import { readCertificates } from './certificates.ts';
import type { Network } from './exchange.ts';
import { followRedirects } from './follow-redirects.ts';
import { mediaTypeOfBytes, readAnswer, type ServerAnswer } from './server-answer.ts';
import type { WebSocketLink, WebSocketListener, WebSocketRequest } from './web-socket.ts';

export type Question = {
  method: 'GET' | 'POST';
  url: URL;
  token?: string | undefined;
  /** Sent as JSON, or bytes as they are. */
  body?: object | Buffer;
  /** A redirect to another server is not followed: what is said is for this one. */
  staysAtOrigin?: boolean;
  /** Aborted to wait no longer. */
  signal?: AbortSignal | undefined;
};

/** The server at the other end. Throws a trouble when there is no answer. */
export type Server = {
  /** One question, one answer. */
  readonly ask: (question: Question) => Promise<ServerAnswer>;
  /** A connection that stays. */
  readonly connect: (
    request: Omit<WebSocketRequest, 'headers'>,
    listener: WebSocketListener,
  ) => Promise<WebSocketLink>;
};

export function openServer(config: Config): Server {
  let known: Network | undefined;
  const network = () => {
    known ??= {
      timeoutSeconds: config.timeoutSeconds,
      proxies: config.proxies,
      ca: config.caFile === undefined ? undefined : readCertificates(config.caFile),
    };
    return known;
  };
  return Object.freeze({
    async ask({ method, url, token, body, staysAtOrigin = false, signal }: Question) {
      const headers = {
        Accept: '*/*',
        ...ownHeaders,
        ...(token === undefined ? {} : { Authorization: `Token ${token}` }),
        ...(body === undefined
          ? {}
          : { 'Content-Type': Buffer.isBuffer(body) ? mediaTypeOfBytes : 'application/json' }),
      };
      const content = body === undefined ? {} : { body: bytesOf(body) };
      const request = { method, url, headers, signal, staysAtOrigin, ...content };
      return readAnswer(await followRedirects(request, network()));
    },
    async connect(request: Omit<WebSocketRequest, 'headers'>, listener: WebSocketListener) {
      // Loaded when needed: no other action pays for it.
      const { openWebSocket } = await import('./web-socket.ts');
      return openWebSocket({ ...request, headers: ownHeaders }, network(), listener);
    },
  });
}

const ownHeaders = {
  'User-Agent': `remotes-client/${version}`,
  'CLIENT-AGENT': 'Remotes',
  'CLIENT-VERSION': version,
};

function bytesOf(body: object | Buffer): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}
