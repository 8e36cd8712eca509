import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { lastForwarded } from './forwarded.ts';

const hostShape = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._~-]+)(?::\d{1,5})?$/i;

/** Scheme and host by which the caller reached us, without a final slash. */
export function originOf(request: IncomingMessage, trustProxy: boolean): string {
  const { headers, socket } = request;
  const forwardedScheme = trustProxy ? lastForwarded(headers['x-forwarded-proto']) : undefined;
  const forwardedHost = trustProxy ? lastForwarded(headers['x-forwarded-host']) : undefined;
  const isTls = (socket as TLSSocket).encrypted === true;
  const scheme = forwardedScheme === 'https' || (isTls && forwardedScheme !== 'http') ? 'https' : 'http';
  const host = forwardedHost ?? headers.host;
  return `${scheme}://${host !== undefined && hostShape.test(host) ? host : localHost(socket)}`;
}

/** Where there is no usable Host header: the address that was connected to. */
function localHost({
  localAddress = 'localhost',
  localPort,
  localFamily,
}: IncomingMessage['socket']): string {
  return `${localFamily === 'IPv6' ? `[${localAddress}]` : localAddress}:${localPort}`;
}
