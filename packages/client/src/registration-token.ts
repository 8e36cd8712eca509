import type { Context } from './context.ts';
import { readText } from './files/read-text.ts';
import { trouble } from './trouble.ts';

/** The token of `--token TEXT`, `--token -` (stdin), `--token @FILE` or REMOTES_TOKEN. */
export async function readRegistrationToken({ flags, config }: Context): Promise<string> {
  const given = flags.token ?? config.token ?? '';
  const token = (await contentOf(given)).trim();
  if (token === '') throw trouble('usage', 'missing token argument');
  if (!/^[\x21-\x7e]+$/.test(token))
    throw trouble('usage', 'the token holds characters that no registration token has: copy it again');
  // Taken for one of v1, it would be sent in the clear to whoever answers.
  if (likeOfRemotes.test(token) && !ofRemotes.test(token))
    throw trouble(
      'usage',
      'the token is not whole, or something stands around it: it is 43 characters, a dot, and 43 more; copy it again, whole',
    );
  return token;
}

/** The half by which the server is recognised before it is sent the other; undefined where the token has none, as v1's have not. */
export function fingerprintOfToken(token: string): string | undefined {
  return /\.([A-Za-z0-9_-]{43})$/.exec(token)?.[1];
}

const ofRemotes = /^[\w-]{43}\.[\w-]{43}$/;
/** A half of one, perhaps in quotes, or both without their dot; a dot where a half is missing. No v1 server makes such tokens. */
const likeOfRemotes = /^[^\w-]?[\w-]{43}(\.|([\w-]{43})?[^\w-]?$)|^[^\w-]?\.|\.[^\w-]?$/;

async function contentOf(given: string): Promise<string> {
  if (given === '-') return (await import('node:stream/consumers')).text(process.stdin);
  if (!given.startsWith('@')) return given;
  return readText(given.slice(1), 'the file of the token,');
}
