import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { hostOf, proxyAuthorization } from './proxy.ts';

/** A connection to the host of `url` through a proxy (CONNECT, RFC 9110 section 9.3.6). */
export function openTunnel(
  proxy: URL,
  url: URL,
  signal: AbortSignal,
  ca: string[] | undefined,
): Promise<Duplex> {
  const target = `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
  const request = proxy.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const connect = request({
      host: hostOf(proxy),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...proxyAuthorization(proxy) },
      agent: false,
      signal,
      ...(ca === undefined ? {} : { ca }),
    });
    const refuse = (why: string) => reject(Object.assign(new Error(why), { code: 'ERR_PROXY' }));
    connect.on('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      refuse(`the proxy ${proxy.host} refused the way to ${target} (${answer.statusCode})`);
    });
    connect.on('response', (answer) => {
      answer.destroy();
      refuse(`the proxy ${proxy.host} refused the way to ${target} (${answer.statusCode})`);
    });
    connect.on('error', (error: NodeJS.ErrnoException) =>
      refuse(`the proxy ${proxy.host} can't be used (${error.code ?? error.message})`),
    );
    connect.end();
  });
}
