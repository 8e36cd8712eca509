import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import { trouble } from '../trouble.ts';
import type { Network } from './exchange.ts';
import { networkTrouble } from './network-trouble.ts';
import { hostOf, proxyFor } from './proxy.ts';
import { readRetryAfter } from './server-answer.ts';
import { openTunnel } from './tunnel.ts';

/** A connection that stays, over which both ends say whole messages. */
export type WebSocketLink = {
  readonly send: (data: string | Buffer) => void;
  /** Nothing more is heard of it but its end. */
  readonly close: (code: number) => void;
};

export type WebSocketListener = {
  readonly text: (text: string) => void;
  readonly binary: (bytes: Buffer) => void;
  /** Anything at all was heard. */
  readonly heard: () => void;
  /** Called once, however it ends. */
  readonly closed: (code: number, reason: string) => void;
};

export type WebSocketRequest = {
  /** http or https. */
  readonly url: URL;
  readonly subprotocol: string;
  readonly headers: Record<string, string>;
  readonly signal?: AbortSignal | undefined;
};

/** Opens one, through the proxy where there is one. Throws a trouble when it is not opened. */
export async function openWebSocket(
  request: WebSocketRequest,
  network: Network,
  listener: WebSocketListener,
): Promise<WebSocketLink> {
  const { url, signal } = request;
  const stop = new AbortController();
  const giveUp = (code: string, what: string) => stop.abort(networkTrouble(coded(code, what), url));
  const onAbort = () => giveUp('ERR_STOPPED', 'asked to end');
  const seconds = Math.min(longestSeconds, network.timeoutSeconds);
  const late = setTimeout(giveUp, seconds * 1000, 'ETIMEDOUT', `no live channel within ${seconds} s`);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  try {
    return await opened(await connect(request, network, stop.signal), url, stop.signal, listener);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function connect(
  { url, subprotocol, headers }: WebSocketRequest,
  network: Network,
  signal: AbortSignal,
): Promise<WebSocket> {
  const isSecure = url.protocol === 'https:';
  const trust = network.ca === undefined ? {} : { ca: network.ca };
  const proxy = proxyFor(url, network.proxies);
  const address = new URL(url);
  address.protocol = isSecure ? 'wss:' : 'ws:';
  const options = { headers, perMessageDeflate: false, maxPayload: mostBytes, ...trust };
  if (proxy === undefined) return new WebSocket(address, subprotocol, options);
  const socket = await openTunnel(proxy, url, signal, network.ca).catch((error) => {
    throw networkTrouble(error, url);
  });
  const host = hostOf(url);
  const { connect: connectTls } = await import('node:tls');
  const createConnection = () =>
    isSecure ? connectTls({ socket, host, servername: isIP(host) === 0 ? host : '', ...trust }) : socket;
  // It goes on to node:http, which the types do not say.
  const through = { ...options, createConnection } as unknown as ClientOptions;
  return new WebSocket(address, subprotocol, through);
}

function opened(
  socket: WebSocket,
  url: URL,
  signal: AbortSignal,
  { text, binary, heard, closed }: WebSocketListener,
): Promise<WebSocketLink> {
  socket.binaryType = 'nodebuffer';
  return new Promise((resolve, reject) => {
    let isOpen = false;
    const giveUp = () => socket.terminate();
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    socket.on('open', () => {
      isOpen = true;
      signal.removeEventListener('abort', giveUp);
      resolve({
        send: (data) => socket.send(data),
        close(code) {
          socket.close(code);
          // The other end may be gone without a word.
          setTimeout(() => socket.terminate(), closingMs).unref();
        },
      });
    });
    socket.on('unexpected-response', (_, answer) => {
      reject(refusedUpgrade(answer, url));
      socket.terminate();
    });
    socket.on('error', (error) => reject(networkTrouble(error, url)));
    socket.on('close', (code, reason) => {
      signal.removeEventListener('abort', giveUp);
      if (isOpen) closed(code, reason.toString());
      else reject(networkTrouble(coded('ECONNRESET', 'closed'), url));
    });
    socket.on('ping', heard);
    socket.on('message', (data: Buffer, isBinary) => {
      heard();
      if (isBinary) binary(data);
      else text(data.toString());
    });
  });
}

function refusedUpgrade({ statusCode = 0, headers }: IncomingMessage, url: URL) {
  const retryAfterSeconds = readRetryAfter(headers['retry-after']);
  return trouble('answer', `${url.origin} does not open the live channel (HTTP ${statusCode})`, {
    retryAfterSeconds,
  });
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const mostBytes = 64 * 1024 * 1024;
const closingMs = 2000;
const longestSeconds = 15;
