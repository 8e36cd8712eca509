import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { refusalOfPassword } from './password-rules.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';
import { endSessionsOf } from './sessions-ending.ts';

/** Changes one's own password. */
export const changePassword: ApiDeed<'account_password'> = async ({ mind, actor, author, body }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const now = mind.clock();
  // Before the work that hashing is; the decision asks again.
  const unconfirmed = await refusalOfUnconfirmed(mind.storage.tables, own.sessionId, now);
  if (unconfirmed) return unconfirmed;
  const weak = await refusalOfPassword(mind.passwords, body.password, actor.name);
  if (weak) return weak;
  const passwordHash = await mind.passwords.hash(body.password);
  const refusal = await mind.storage.decide('changePassword', {
    ...own,
    operatorId: actor.operatorId,
    passwordHash,
    by: author,
    now,
  });
  return refusal ?? { answer: undefined };
};

type Change = { sessionId: number; operatorId: number; passwordHash: string; by: Author; now: number };

/** Whoever knew the former password is signed out; links to choose another one are worth nothing any more. */
export async function decidePassword(
  tables: Tables,
  { sessionId, operatorId, passwordHash, by, now }: Change,
): Promise<Problem | undefined> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  await tables.operators.change(operatorId, { passwordHash });
  await tables.setupLinks.removeOfOperator(operatorId);
  const ended = await endSessionsOf(tables, operatorId, sessionId);
  const subject = `operator ${by.name}`;
  await tables.audit.note({
    at: now,
    by,
    action: 'account.password',
    subject,
    after: { ended_sessions: ended },
  });
  return undefined;
}
