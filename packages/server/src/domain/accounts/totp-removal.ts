import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';

/** Asks for one-time codes no more. Where the role wants a second factor, another one is to be enrolled. */
export const removeTotp: ApiDeed<'totp_remove'> = async ({ mind, actor, author }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const { operatorId } = actor;
  const now = mind.clock();
  const refusal = await mind.storage.decide('removeTotp', { ...own, operatorId, by: author, now });
  return refusal ?? { answer: undefined };
};

export const renewRecoveryCodes: ApiDeed<'recovery_codes'> = async ({ mind, actor, author }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const { operatorId } = actor;
  const { codes, codeHashes } = newRecoveryCodes(operatorId);
  const refusal = await mind.storage.decide('renewRecoveryCodes', {
    ...own,
    operatorId,
    codeHashes,
    by: author,
    now: mind.clock(),
  });
  return refusal ?? { answer: { recovery_codes: codes } };
};

type Removal = { sessionId: number; operatorId: number; by: Author; now: number };

export async function decideTotpRemoval(
  tables: Tables,
  { sessionId, operatorId, by, now }: Removal,
): Promise<Problem | undefined> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  await forgetTotp(tables, operatorId);
  await tables.audit.note({ at: now, by, action: 'account.totp_remove', subject: `operator ${by.name}` });
  return undefined;
}

/** Its recovery codes go too: they stand in for it. */
export async function forgetTotp(tables: Tables, operatorId: number): Promise<void> {
  await tables.operators.change(operatorId, {
    totpSealed: null,
    totpPendingSealed: null,
    totpLastStep: null,
  });
  await tables.operators.setRecoveryCodes(operatorId, []);
}

export async function decideRecoveryCodes(
  tables: Tables,
  { sessionId, operatorId, codeHashes, by, now }: Removal & { codeHashes: readonly string[] },
): Promise<Problem | undefined> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  const operator = await tables.operators.byId(operatorId);
  if (!operator || operator.totpSealed === null) {
    return problem('unsuitable_state', 'Recovery codes stand in for one-time codes: enrol those first.');
  }
  await tables.operators.setRecoveryCodes(operatorId, codeHashes);
  await tables.audit.note({ at: now, by, action: 'account.recovery_codes', subject: `operator ${by.name}` });
  return undefined;
}
