import { isUtf8 } from 'node:buffer';
import { type Refusal, refuse } from '@remotes/protocol/errors';

/** The token of an `Authorization: Token <key>` header, or the refusal that v1 gives. Any other scheme counts as none. */
export function readTokenHeader(header: string | undefined): string | Refusal {
  if (header === undefined) return refuse('not_authenticated');
  const [keyword = '', token, ...more] = header.split(/[ \t\v\f]+/).filter(Boolean);
  if (keyword.toLowerCase() !== 'token') return refuse('not_authenticated');
  if (token === undefined) return refuse('token_header_empty');
  if (more.length > 0) return refuse('token_header_spaces');
  // Node hands over headers as latin-1; a token beyond ASCII was meant as UTF-8.
  const bytes = Buffer.from(token, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : refuse('token_header_characters');
}
