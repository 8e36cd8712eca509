import { contract } from '@remotes/protocol/contract';
import { channel } from '@remotes/protocol/requests/channel';
import { handshake } from '@remotes/protocol/requests/handshake';
import { messages } from '@remotes/protocol/requests/messages';

/** The path of a request target: without the query, which may hold anything. */
export function pathOf(target = ''): string {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  // A proxy may name the whole URL (RFC 9112 section 3.2.2).
  return path.startsWith('/') ? path : path.replace(/^https?:\/\/[^/]*/i, '');
}

/** Of v1 or of the sealed protocol. */
export function isApiPath(path: string): boolean {
  return path === '/api' || path.startsWith('/api/') || sealedPaths.has(path.replace(/\/?$/, '/'));
}

/** Of the operators' API. */
export function isOperatorsPath(path: string): boolean {
  return path === '/api/v2' || path.startsWith('/api/v2/');
}

const sealedPaths: ReadonlySet<string> = new Set([handshake.path, messages.path, channel.path]);

/** With or without the final slash. */
export function isListPath(path: string): boolean {
  const listPath = contract.commands_list.path;
  return path === listPath || `${path}/` === listPath;
}
