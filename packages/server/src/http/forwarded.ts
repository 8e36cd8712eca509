import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The address that asks. Behind a trusted proxy it is the one that the proxy itself added: the last. */
export function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? lastForwarded(request.headers['x-forwarded-for']) : undefined;
  return readAddress(forwarded) ?? readAddress(request.socket.remoteAddress) ?? 'unknown';
}

/** The last item of a header that each proxy appends to. Whatever stands before it, the caller may have made up. */
export function lastForwarded(header: string | string[] | undefined): string | undefined {
  return header?.toString().split(',').at(-1)?.trim() || undefined;
}

/** An IP address as it is spelt in headers: perhaps with a port, perhaps as IPv6 around IPv4. */
function readAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = text.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  const address = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) ? address : undefined;
}
