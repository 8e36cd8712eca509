import { momentText } from '../api/moment-text.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { provePasskey } from './passkey-proof.ts';
import { provePassword } from './password-proof.ts';
import { acceptProof, type Proof, signInFailed } from './proof.ts';
import { confirmedForMs } from './session-life.ts';
import { sessionOf } from './session-of-actor.ts';
import { type AttemptKeys, attemptKeysOf, giveAttemptBack } from './sign-in-attempts.ts';

/** Whoever holds the session shows once more who he is. */
export const confirmSession: ApiDeed<'session_confirm'> = async ({ mind, actor, author, body, origin }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const { password, code, ceremony, response } = body;
  const attempt = attemptKeysOf(`confirm ${actor.operatorId}`, author.address);
  const taken = await mind.storage.decide('takeSignInAttempt', { keys: attempt, now: mind.clock() });
  if (isProblem(taken)) return taken;
  let proof: Proof | Problem;
  if (password !== undefined) {
    const operator = await mind.storage.tables.operators.byId(actor.operatorId);
    proof = await provePassword(mind, operator, { password, ...(code !== undefined && { code }) });
  } else if (ceremony !== undefined && response !== undefined) {
    const shown = await provePasskey(mind, { ceremony, response, origin });
    proof = isProblem(shown) ? shown : shown.operatorId === actor.operatorId ? shown.proof : signInFailed;
  } else {
    proof = problem('invalid_request', 'Send a password, or a ceremony with the response of a passkey.');
  }
  const answer = await mind.storage.decide('confirmSession', { ...own, proof, attempt, now: mind.clock() });
  return isProblem(answer) ? answer : { answer: { confirmed_until_at: momentText(answer.until) } };
};

type Confirmation = { sessionId: number; proof: Proof | Problem; attempt: AttemptKeys; now: number };

export async function decideConfirmation(
  tables: Tables,
  { sessionId, proof, attempt, now }: Confirmation,
): Promise<{ until: number } | Problem> {
  const accepted = isProblem(proof) ? proof : await accept(tables, sessionId, proof, now);
  if (isProblem(accepted)) {
    if (accepted.problem !== 'sign_in_failed') await giveAttemptBack(tables, attempt, false);
    return accepted;
  }
  await giveAttemptBack(tables, attempt, true);
  await tables.operatorSessions.confirm(sessionId, now, accepted.hasSecondFactor);
  return { until: now + confirmedForMs };
}

async function accept(
  tables: Tables,
  sessionId: number,
  proof: Proof,
  now: number,
): Promise<{ hasSecondFactor: boolean } | Problem> {
  const session = await tables.operatorSessions.byId(sessionId);
  const operator = session && (await tables.operators.byId(session.operatorId));
  if (!session || !operator) return problem('not_signed_in', 'The session has ended: sign in again.');
  const accepted = await acceptProof(tables, operator, proof, now);
  if (isProblem(accepted)) return accepted;
  return { hasSecondFactor: accepted.hasSecondFactor || session.hasSecondFactor };
}
