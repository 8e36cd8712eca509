import type { Context } from '../context.ts';
import { isWeb } from '../endpoints.ts';
import { notRemotes, type ServerAnswer } from '../network/server-answer.ts';
import { readPin } from '../pin.ts';
import { trouble } from '../trouble.ts';
import { showAnswer } from './show-answer.ts';

/** Asks a server who it is, and keeps its address. */
export async function fetchStatus(context: Context): Promise<number> {
  const { flags, settings } = context;
  const answer = await askStatus(context, flags.url ?? '');
  const code = showAnswer(context, answer);
  if (code === 0) settings.change(statusChanges(context, answer, flags.url ?? ''));
  return code;
}

export async function askStatus({ server }: Context, address: string): Promise<ServerAnswer> {
  return server.ask({ method: 'GET', url: statusUrl(address) });
}

/**
 * What the settings file keeps of a status answer. Nobody vouches for it: a server that is pinned, or named by a token, is
 * asked where the user says that it is, so that nobody on the way brings himself in for good.
 */
export function statusChanges(
  { say, settings }: Context,
  answer: ServerAnswer,
  address: string,
  isNamed = readPin(settings) !== undefined,
) {
  const { server_url: said, discover } = answer.fields;
  const url = typeof said === 'string' && URL.canParse(said) ? new URL(said) : undefined;
  if (url === undefined || !isWeb(url)) throw notRemotes(answer, 'a server_url');
  if (typeof discover !== 'string' || discover === '') throw notRemotes(answer, 'a discover address');
  const given = new URL(address);
  if (isNamed && !isSameHost(given, url)) {
    say(
      `the server calls itself ${url.href}; ${given.origin}/, which you named, is kept, as nobody vouches for that`,
    );
    return changes(`${given.origin}/`, discover);
  }
  const asked = answer.url;
  // A server behind a proxy that ends TLS may not know of it. Its word must not send the token over the open wire.
  const isDowngrade =
    asked.protocol === 'https:' && url.protocol === 'http:' && asked.hostname === url.hostname;
  const kept = isDowngrade ? `${asked.origin}/` : url.href;
  if (isDowngrade)
    say(`the server calls itself ${url.href}; ${kept} is kept, so that the token stays on TLS`);
  else if (url.origin !== given.origin && url.origin !== asked.origin)
    say(`the server calls itself ${url.href}, and will be asked there from now on`);
  return changes(kept, discover);
}

function changes(serverUrl: string, discover: string) {
  return [
    ['server', 'server_url', serverUrl],
    ['endpoints', 'discover', discover],
  ] as const;
}

/** The same server, or the same machine by TLS. */
function isSameHost(given: URL, said: URL): boolean {
  return said.origin === given.origin || (said.protocol === 'https:' && said.hostname === given.hostname);
}

function statusUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isWeb(url))
    throw trouble('usage', '--url must be a web address that starts with http:// or https://');
  // The one path that a client knows by itself; no final slash, as v1 asks.
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/status`;
  url.search = '';
  url.hash = '';
  return url;
}
