import type { IncomingHttpHeaders } from 'node:http';
import type { Credential } from '../../domain/operators/prove-actor.ts';

const sessionCookie = 'remotes_session';

/** A bearer counts before a cookie: whoever sends one means it. */
export function readCredential(headers: IncomingHttpHeaders): Credential {
  const bearer = /^bearer +(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { bearer };
  // A scheme that is not known is no reason to fall back upon whatever cookie comes along.
  const cookie = headers.authorization === undefined ? cookieOf(headers.cookie) : undefined;
  return cookie === undefined ? {} : { cookie };
}

/** Sets the cookie of a session; null takes it away. Scripts never see it, other sites never send it. */
export function sessionCookieLine(
  session: { readonly token: string; readonly expiresAt: number } | null,
  { isSecure, now }: { isSecure: boolean; now: number },
): string {
  const seconds = session ? Math.max(0, Math.floor((session.expiresAt - now) / 1000)) : 0;
  const secure = isSecure ? '; Secure' : '';
  return `${sessionCookie}=${session?.token ?? ''}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

function cookieOf(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (pair.slice(0, equals).trim() === sessionCookie) return pair.slice(equals + 1).trim() || undefined;
  }
  return undefined;
}
