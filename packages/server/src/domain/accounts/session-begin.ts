import { currentDefinitions } from '../definitions.ts';
import type { Author } from '../operators/actor.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { Operator, SessionKind, Tables } from '../ports.ts';
import { acceptProof, type Proof, signInFailed } from './proof.ts';
import { isSecondFactorRequired } from './second-factor.ts';
import { sessionLifeMs } from './session-life.ts';
import { type AttemptKeys, giveAttemptBack } from './sign-in-attempts.ts';

/** A session as it is wanted; its token stays with whoever asks for it. */
export type WantedSession = {
  readonly tokenHash: string;
  readonly kind: SessionKind;
  readonly address: string;
  readonly agent: string | null;
};

export type BegunSession = {
  readonly operator: Pick<Operator, 'id' | 'name' | 'role'>;
  readonly expiresAt: number;
  readonly lacksSecondFactor: boolean;
};

type SignIn = {
  operatorId: number;
  proof: Proof;
  session: WantedSession;
  /** The session that asked for another one: it ends. */
  replaces: number | null;
  /** Null where nothing could be guessed. */
  attempt: AttemptKeys | null;
  by: Author;
  now: number;
};

/** Signs an operator in, if the proof is still good. */
export async function decideSignIn(
  tables: Tables,
  { operatorId, proof, session, replaces, attempt, by, now }: SignIn,
): Promise<BegunSession | Problem> {
  const operator = await tables.operators.byId(operatorId);
  if (!operator) return signInFailed;
  const isRequired = isSecondFactorRequired(await currentDefinitions(tables), operator.role);
  if (isRequired && proof.by === 'password' && operator.totpSealed === null) {
    // Else a stolen password could enrol a second factor of its own.
    if ((await tables.passkeys.ofOperator(operator.id)).length > 0) return passkeyWanted;
  }
  const accepted = await acceptProof(tables, operator, proof, now);
  if (isProblem(accepted)) return accepted;
  if (attempt) await giveAttemptBack(tables, attempt, true);
  if (replaces !== null) await tables.operatorSessions.remove(replaces);
  return beginSession(tables, operator, { ...session, ...accepted, isConfirmed: true, by, now });
}

type Beginning = WantedSession & { hasSecondFactor: boolean; isConfirmed: boolean; by: Author; now: number };

/** Begins a session for an operator who was proved, and notes it. */
export async function beginSession(
  tables: Tables,
  operator: Operator,
  { isConfirmed, by, now, ...session }: Beginning,
): Promise<BegunSession> {
  const expiresAt = now + sessionLifeMs;
  const confirmedAt = isConfirmed ? now : null;
  const { id, name, role } = operator;
  const sessionId = await tables.operatorSessions.add({
    ...session,
    operatorId: id,
    createdAt: now,
    expiresAt,
    confirmedAt,
  });
  await tables.audit.note({
    at: now,
    by: { ...by, kind: 'operator', operatorId: id, name },
    action: 'session.begin',
    subject: `session ${sessionId}`,
    after: { kind: session.kind, agent: session.agent, second_factor: session.hasSecondFactor },
  });
  const isRequired = isSecondFactorRequired(await currentDefinitions(tables), role);
  return {
    operator: { id, name, role },
    expiresAt,
    lacksSecondFactor: isRequired && !session.hasSecondFactor,
  };
}

const passkeyWanted = problem('second_factor_wanted', 'This account signs in by a passkey.');
