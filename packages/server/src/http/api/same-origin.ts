import type { IncomingHttpHeaders } from 'node:http';
import { type Problem, problem } from '../../domain/operators/problem.ts';
import type { Credential } from '../../domain/operators/prove-actor.ts';

/**
 * Refuses what a browser sends for the page of another site. A bearer is never sent by itself, so it needs no such
 * check; without one, a request that changes something must come from a page of ours or from no page at all.
 */
export function refusalOfOrigin(
  method: string,
  headers: IncomingHttpHeaders,
  credential: Credential,
  ownOrigin: string,
): Problem | undefined {
  if (method === 'GET' || method === 'HEAD' || credential.bearer !== undefined) return undefined;
  return isOurs(headers, credential, ownOrigin)
    ? undefined
    : problem(
        'wrong_origin',
        'This request was sent by a page of another site, or a proxy in front of the server hides its name: see --trust-proxy.',
      );
}

function isOurs(headers: IncomingHttpHeaders, { cookie }: Credential, ownOrigin: string): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin !== undefined) return origin.toLowerCase() === ownOrigin.toLowerCase();
  // Every browser says one of the two; a program that uses the cookie has no such danger, yet can say it as well.
  return cookie === undefined;
}
