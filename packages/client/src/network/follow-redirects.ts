import { trouble } from '../trouble.ts';
import { exchange, type HttpAnswer, type HttpRequest, type Network } from './exchange.ts';

export type FollowedAnswer = HttpAnswer & {
  url: URL;
  /** The way led to another server, which did not get the token. */
  isTokenDropped: boolean;
};

const mostRedirects = 10;

/** Asks, and goes where the server points, as far as that keeps the request what it is and the token where it belongs. */
export async function followRedirects(
  request: HttpRequest & { staysAtOrigin?: boolean },
  network: Network,
): Promise<FollowedAnswer> {
  let current = request;
  let isTokenDropped = false;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const answer = await exchange(current, network);
    const target = targetOf(answer, current.url);
    if (target === undefined) return { ...answer, url: current.url, isTokenDropped };
    // Followed, the body would be lost and the request become another.
    if (current.method === 'POST' && answer.status !== 307 && answer.status !== 308)
      throw trouble(
        'answer',
        `${current.url.href} answers a POST with a redirect (${answer.status}) to ${shown(target)}, which would lose what was sent: run --action=status with the --url of the right address, then --action=discover`,
      );
    if (request.staysAtOrigin && target.origin !== request.url.origin)
      throw trouble(
        'answer',
        `${current.url.href} redirects to another server, ${shown(target)}, which is told nothing: run --action=status with the --url of the right address, then --action=discover`,
      );
    const { Authorization, ...others } = current.headers;
    const isElsewhere = target.origin !== current.url.origin;
    if (isElsewhere && Authorization !== undefined) isTokenDropped = true;
    current = { ...current, url: target, headers: isElsewhere ? others : current.headers };
  }
  throw trouble('answer', `${request.url.href} redirects in a circle: check the address`);
}

function targetOf({ status, headers }: HttpAnswer, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined;
  const target = URL.canParse(headers.location, from.href) ? new URL(headers.location, from.href) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol))
    throw trouble('answer', `${from.href} redirects to something that is no web address: check the address`);
  return target;
}

function shown(url: URL): string {
  return url.origin + url.pathname;
}
