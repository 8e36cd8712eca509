import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The address that asks. Behind a trusted proxy it is the one that the proxy itself added: the last. */
export function addressOf({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? readAddress(lastForwarded(headers['x-forwarded-for'])) : undefined;
  return forwarded ?? unmapped(socket.remoteAddress ?? 'unknown');
}

/** The last item of a header that each proxy appends to. Whatever stands before it, the caller may have made up. */
export function lastForwarded(header: string | string[] | undefined): string | undefined {
  return header?.toString().split(',').at(-1)?.trim() || undefined;
}

/** An IP address as it is spelt in headers: perhaps with a port. */
function readAddress(text: string | undefined): string | undefined {
  const bare = text?.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return bare !== undefined && isIP(bare) ? unmapped(bare) : undefined;
}

/** IPv4 as itself, where a socket for both kinds shows it inside IPv6 (RFC 4291 section 2.5.5.2). */
function unmapped(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
