import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { steeringSetting } from '../steering-settings.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';
import { newTotpSecret, openTotpSecret, sealTotpSecret, totpStep, totpUrl } from './totp.ts';

/** Shows a new secret, once; it counts from the moment a code of it is shown. */
export const beginTotp: ApiDeed<'totp_begin'> = async ({ mind, actor }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const { operatorId, name } = actor;
  const secret = newTotpSecret();
  const sealed = sealTotpSecret(mind.masterKey, operatorId, secret);
  const refusal = await mind.storage.decide('beginTotp', { ...own, operatorId, sealed, now: mind.clock() });
  if (refusal) return refusal;
  const issuer = steeringSetting(await mind.definitions.current(), 'app_name') ?? 'Remotes';
  return { answer: { secret, url: totpUrl(secret, issuer, name) } };
};

/** Begins to ask for codes, and hands out the recovery codes. */
export const confirmTotp: ApiDeed<'totp_confirm'> = async ({ mind, actor, author, body }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const { operatorId } = actor;
  const operator = await mind.storage.tables.operators.byId(operatorId);
  const pendingSealed = operator?.totpPendingSealed ?? null;
  if (pendingSealed === null) return nothingBegun;
  const secret = openTotpSecret(mind.masterKey, operatorId, pendingSealed);
  const step = totpStep(secret, body.code.replace(/\s/g, ''), mind.clock());
  if (step === undefined) {
    return problem(
      'sign_in_failed',
      'The code is wrong: look whether the clocks agree, and try the next one.',
    );
  }
  const { codes, codeHashes } = newRecoveryCodes(operatorId);
  const refusal = await mind.storage.decide('enrolTotp', {
    ...own,
    operatorId,
    pendingSealed,
    step,
    codeHashes,
    by: author,
    now: mind.clock(),
  });
  return refusal ?? { answer: { recovery_codes: codes } };
};

type Beginning = { sessionId: number; operatorId: number; sealed: string; now: number };

export async function decideTotpBeginning(
  tables: Tables,
  { sessionId, operatorId, sealed, now }: Beginning,
): Promise<Problem | undefined> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  await tables.operators.change(operatorId, { totpPendingSealed: sealed });
  return undefined;
}

type Enrolment = {
  sessionId: number;
  operatorId: number;
  pendingSealed: string;
  step: number;
  codeHashes: readonly string[];
  by: Author;
  now: number;
};

export async function decideTotpEnrolment(
  tables: Tables,
  { sessionId, operatorId, pendingSealed, step, codeHashes, by, now }: Enrolment,
): Promise<Problem | undefined> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  const operator = await tables.operators.byId(operatorId);
  if (operator?.totpPendingSealed !== pendingSealed) return nothingBegun;
  await tables.operators.change(operatorId, {
    totpSealed: pendingSealed,
    totpPendingSealed: null,
    totpLastStep: step,
  });
  await tables.operators.setRecoveryCodes(operatorId, codeHashes);
  await tables.operatorSessions.confirm(sessionId, now, true);
  await tables.audit.note({
    at: now,
    by,
    action: 'account.totp_enrol',
    subject: `operator ${operator.name}`,
  });
  return undefined;
}

const nothingBegun = problem(
  'unsuitable_state',
  'There is no secret that waits for its first code: begin anew.',
);
