import type { Actor } from '../operators/actor.ts';
import { type Problem, problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { hasSecondFactor } from './second-factor.ts';
import { isFreshlyConfirmed } from './session-life.ts';

/** The session that asks; a refusal where an API token does. */
export function sessionOf({ by }: Actor): { readonly sessionId: number } | Problem {
  if ('session' in by) return { sessionId: by.session };
  return problem('not_allowed', 'An API token cannot do this: sign in.');
}

/**
 * Why the holder of this session may not change accounts, factors or tokens just now, if so: who finds a session open, or
 * has stolen a password where there is a second factor, is to get no further.
 */
export async function refusalOfUnconfirmed(
  tables: Tables,
  sessionId: number,
  now: number,
): Promise<Problem | undefined> {
  const session = await tables.operatorSessions.byId(sessionId);
  const operator = session && (await tables.operators.byId(session.operatorId));
  if (!session || !operator) return problem('not_signed_in', 'The session has ended: sign in again.');
  if (!session.hasSecondFactor && (await hasSecondFactor(tables, operator))) {
    return problem(
      'confirmation_wanted',
      'This session began without the second factor of the account: show it (POST /api/v2/session/confirm).',
    );
  }
  if (isFreshlyConfirmed(session, now)) return undefined;
  return problem(
    'confirmation_wanted',
    'Show the password again, or a passkey (POST /api/v2/session/confirm): for ten minutes this is allowed then.',
  );
}
