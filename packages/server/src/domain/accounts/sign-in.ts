import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { provePassword } from './password-proof.ts';
import { newWantedSession, signedIn } from './session-wanted.ts';
import { type AttemptKeys, attemptKeys, giveAttemptBack } from './sign-in-attempts.ts';

/** Signs in by name and password. */
export const signIn: ApiDeed<'session_create'> = async (ask) => {
  const { mind, actor, author, body } = ask;
  const attempt = attemptKeys(body.name, author.address);
  const taken = await mind.storage.decide('takeSignInAttempt', { keys: attempt, now: mind.clock() });
  if (isProblem(taken)) return taken;
  const operator = await mind.storage.tables.operators.byName(body.name);
  const proof = await provePassword(mind, operator, body);
  const refused = (refusal: Problem) =>
    mind.storage.decide('refuseSignIn', {
      refusal,
      attempt,
      operatorName: operator?.name ?? null,
      by: author,
      now: mind.clock(),
    });
  if (isProblem(proof)) return refused(proof);
  const { token, session } = newWantedSession(ask);
  const begun = await mind.storage.decide('signIn', {
    operatorId: operator!.id,
    proof,
    session,
    replaces: actor && 'session' in actor.by ? actor.by.session : null,
    attempt,
    by: author,
    now: mind.clock(),
  });
  return isProblem(begun) ? refused(begun) : signedIn(token, session.kind, begun);
};

type Refused = {
  refusal: Problem;
  attempt: AttemptKeys;
  /** Null where there is no such account. */
  operatorName: string | null;
  by: Author;
  now: number;
};

/** Notes a failure where there is such an account. Whoever lacks no more than a code has not failed. */
export async function decideRefusedSignIn(
  tables: Tables,
  { refusal, attempt, operatorName, by, now }: Refused,
): Promise<Problem> {
  if (refusal.problem === 'second_factor_wanted') await giveAttemptBack(tables, attempt, false);
  else if (operatorName !== null) {
    await tables.audit.note({
      at: now,
      by,
      action: 'session.refuse',
      subject: `operator ${operatorName}`,
      after: { code: refusal.problem },
    });
  }
  return refusal;
}
