import type { SignedIn } from '@remotes/protocol/operators/sessions';
import { momentText } from '../api/moment-text.ts';
import type { Author } from '../operators/actor.ts';
import type { ApiReply } from '../operators/api-ask.ts';
import type { SessionKind } from '../ports.ts';
import { accessTokenHash, newAccessToken } from './access-token.ts';
import type { BegunSession, WantedSession } from './session-begin.ts';

type Asking = {
  readonly author: Author;
  readonly userAgent: string | null;
  readonly body: { readonly kind?: SessionKind };
};

/** A new session for whoever asks, and the token that opens it: only its hash goes further. */
export function newWantedSession({ author, userAgent, body }: Asking): {
  readonly token: string;
  readonly session: WantedSession;
} {
  const token = newAccessToken('ses');
  const session = {
    tokenHash: accessTokenHash(token),
    kind: body.kind ?? 'cookie',
    address: author.address ?? '',
    agent: userAgent?.slice(0, longestAgent) ?? null,
  };
  return { token, session };
}

/** Hands a session over: to a browser as a cookie, which no script can read; to a program as text. */
export function signedIn(
  token: string,
  kind: SessionKind,
  { operator, expiresAt, lacksSecondFactor }: BegunSession,
): ApiReply<SignedIn> {
  const answer = {
    operator_id: operator.id,
    name: operator.name,
    role: operator.role,
    token: kind === 'bearer' ? token : null,
    expires_at: momentText(expiresAt),
    lacks_second_factor: lacksSecondFactor,
  };
  return kind === 'bearer' ? { answer } : { answer, session: { token, expiresAt } };
}

const longestAgent = 300;
