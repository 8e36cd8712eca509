import { type Problem, problem } from '../operators/problem.ts';
import type { Operator, Tables } from '../ports.ts';

/** What was shown beside a password, looked at outside of any decision. */
export type ShownFactor =
  | { readonly kind: 'none' }
  | { readonly kind: 'totp'; readonly sealed: string; readonly step: number }
  | { readonly kind: 'recovery'; readonly codeHash: string };

export type PasswordProof = {
  readonly by: 'password';
  /** The stored hash that it matched: another one by now means another password. */
  readonly passwordHash: string;
  readonly factor: ShownFactor;
};

export type PasskeyProof = {
  readonly by: 'passkey';
  readonly passkeyId: number;
  readonly counter: number;
  readonly challengeHash: string;
  readonly challengeExpiresAt: number;
};

/** By what somebody showed who he is. */
export type Proof = PasswordProof | PasskeyProof;

export const signInFailed = problem('sign_in_failed', 'Name, password or one-time code is wrong.');

/**
 * Takes the proof for this account, once: what is good only once is worth nothing afterwards. Nothing is written when it
 * is refused.
 */
export async function acceptProof(
  tables: Tables,
  operator: Operator,
  proof: Proof,
  now: number,
): Promise<Problem | { hasSecondFactor: boolean }> {
  if (!operator.isActive) return signInFailed;
  if (proof.by === 'passkey') return acceptPasskey(tables, operator, proof, now);
  if (operator.passwordHash !== proof.passwordHash) return signInFailed;
  return acceptFactor(tables, operator, proof.factor);
}

/** The same for what was shown beside a password. */
export async function acceptFactor(
  tables: Tables,
  operator: Operator,
  factor: ShownFactor,
): Promise<Problem | { hasSecondFactor: boolean }> {
  if (operator.totpSealed === null) return { hasSecondFactor: false };
  switch (factor.kind) {
    case 'none':
      return codeWanted;
    case 'recovery':
      if (!(await tables.operators.useRecoveryCode(operator.id, factor.codeHash))) return signInFailed;
      return { hasSecondFactor: true };
    case 'totp':
      if (factor.sealed !== operator.totpSealed) return signInFailed;
      // A code is good once, and makes those before it worthless.
      if (operator.totpLastStep !== null && factor.step <= operator.totpLastStep) return codeUsed;
      await tables.operators.change(operator.id, { totpLastStep: factor.step });
      return { hasSecondFactor: true };
  }
}

export const codeWanted = problem(
  'second_factor_wanted',
  'This account wants a one-time code, or one of its recovery codes, besides the password.',
);
const codeUsed = problem('sign_in_failed', 'This one-time code was used already: wait for the next one.');

async function acceptPasskey(
  tables: Tables,
  operator: Operator,
  { passkeyId, counter, challengeHash, challengeExpiresAt }: PasskeyProof,
  now: number,
): Promise<Problem | { hasSecondFactor: boolean }> {
  const passkeys = await tables.passkeys.ofOperator(operator.id);
  if (!passkeys.some(({ id }) => id === passkeyId)) return signInFailed;
  if (!(await tables.passkeys.spendChallenge(challengeHash, challengeExpiresAt))) return signInFailed;
  await tables.passkeys.recordUse(passkeyId, counter, now);
  // It is something one has, unlocked by something one knows or is.
  return { hasSecondFactor: true };
}
