import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { isIP } from 'node:net';
import type { Proxies } from '../config.ts';
import { networkTrouble } from './network-trouble.ts';
import { hostOf, proxyAuthorization, proxyFor } from './proxy.ts';

export type HttpRequest = {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body?: Buffer;
  signal?: AbortSignal | undefined;
};

export type HttpAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export type Network = {
  /** How long the connection may take (at most 15 s of it), and how long the whole answer. */
  timeoutSeconds: number;
  proxies: Proxies;
  /** PEM certificates to trust in the place of those that Node brings. */
  ca: string[] | undefined;
};

const answerBytes = 64 * 1024 * 1024;
const connectSeconds = 15;
const slowestBytesPerSecond = 32 * 1024;

/**
 * One request and its answer, on a connection of its own: a v1 server is stopped by two that stay open. Throws a
 * `network` trouble when there is no whole answer in time.
 */
export async function exchange(request: HttpRequest, network: Network): Promise<HttpAnswer> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(Object.assign(new Error('asked to end'), { code: 'ERR_STOPPED' }));
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted) onAbort();
  const deadlines = startDeadlines(request, network, stop);
  try {
    const open = await way(request, network, stop.signal);
    const sent = open();
    sent.once('socket', (socket) => {
      if (!socket.connecting) return deadlines.connected();
      socket.once(request.url.protocol === 'https:' ? 'secureConnect' : 'connect', deadlines.connected);
    });
    sent.end(request.body);
    return await answerOf(sent);
  } catch (error) {
    throw networkTrouble(stop.signal.aborted ? stop.signal.reason : error, request.url);
  } finally {
    request.signal?.removeEventListener('abort', onAbort);
    deadlines.clear();
  }
}

function startDeadlines({ body }: HttpRequest, { timeoutSeconds }: Network, stop: AbortController) {
  const abortAfter = (seconds: number, what: string) =>
    setTimeout(() => {
      stop.abort(Object.assign(new Error(`${what} ${seconds} s`), { code: 'ETIMEDOUT' }));
    }, seconds * 1000);
  const connectLimit = Math.min(connectSeconds, timeoutSeconds);
  const connecting = abortAfter(connectLimit, 'no connection within');
  // A long output on a thin line needs its time.
  const limit = timeoutSeconds + Math.floor((body?.length ?? 0) / slowestBytesPerSecond);
  const whole = abortAfter(limit, 'no whole answer within');
  return {
    connected: () => clearTimeout(connecting),
    clear: () => {
      clearTimeout(connecting);
      clearTimeout(whole);
    },
  };
}

/** How to begin the request, once all that it goes through is ready. */
async function way(
  request: HttpRequest,
  network: Network,
  signal: AbortSignal,
): Promise<() => ClientRequest> {
  const { url, method, headers, body } = request;
  const proxy = proxyFor(url, network.proxies);
  const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
  const options = { method, headers: { ...headers, ...length }, signal };
  // `agent: false` closes the connection after the answer.
  const alone = { ...options, agent: false as const };
  if (url.protocol === 'http:') {
    if (proxy === undefined) return () => requestHttp(url, alone);
    const host = hostOf(proxy);
    const viaProxy = { ...options.headers, Host: url.host, ...proxyAuthorization(proxy) };
    return () => requestHttp({ ...alone, host, port: proxy.port || 80, path: url.href, headers: viaProxy });
  }
  // Loaded when needed: TLS costs a host start-up time and memory.
  const { request: requestHttps } = await import('node:https');
  const trust = network.ca === undefined ? {} : { ca: network.ca };
  if (proxy === undefined) return () => requestHttps(url, { ...alone, ...trust });
  const [{ openTunnel }, { connect }] = await Promise.all([import('./tunnel.ts'), import('node:tls')]);
  const socket = await openTunnel(proxy, url, signal, network.ca);
  const host = hostOf(url);
  // An address has no name to send; the certificate is checked against `host` then.
  const servername = isIP(host) === 0 ? host : '';
  const createConnection = () => connect({ socket, host, servername, ...trust });
  return () => requestHttps(url, { ...options, createConnection });
}

function answerOf(sent: ClientRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (answer) => {
      readWhole(answer).then((body) => {
        // A server may answer before it has read the whole body.
        sent.destroy();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
      }, reject);
    });
  });
}

async function readWhole(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerBytes) throw Object.assign(new Error('too long'), { code: 'ERR_ANSWER_TOO_LONG' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
