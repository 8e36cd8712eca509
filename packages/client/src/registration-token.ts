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
  return token;
}

async function contentOf(given: string): Promise<string> {
  if (given === '-') return (await import('node:stream/consumers')).text(process.stdin);
  if (!given.startsWith('@')) return given;
  return readText(given.slice(1), 'the file of the token,');
}
