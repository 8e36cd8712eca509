import type { IncomingMessage } from 'node:http';
import { type Problem, problem } from '../../domain/operators/problem.ts';
import { addressOf } from '../forwarded.ts';
import { originOf } from '../origin.ts';

/** Headers that only a proxy adds. */
const proxyHeaders = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-server',
  'x-real-ip',
  'forwarded',
  'via',
];

/**
 * Operators' passwords and tokens travel here: beyond this machine only over TLS, our own or that of a proxy which is
 * trusted to say so. A connection from this machine that a proxy made is not one of this machine.
 */
export function refusalOfConnection(
  request: IncomingMessage,
  { trustProxy, insecureHttp }: { trustProxy: boolean; insecureHttp: boolean },
): Problem | undefined {
  if (insecureHttp || originOf(request, trustProxy).startsWith('https:')) return undefined;
  const isProxied = proxyHeaders.some((name) => request.headers[name] !== undefined);
  if (isProxied && !trustProxy) {
    return problem(
      'secure_connection_wanted',
      'A proxy stands in front of the server: start the server with --trust-proxy, and let the proxy speak TLS and set X-Forwarded-Proto.',
    );
  }
  return isLoopback(addressOf(request, trustProxy))
    ? undefined
    : problem(
        'secure_connection_wanted',
        'From other machines this answers only over https: start the server with --tls self, with a certificate, or behind a proxy that speaks TLS.',
      );
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
