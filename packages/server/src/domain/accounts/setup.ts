import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { Operator, SetupLink, Tables } from '../ports.ts';
import { accessTokenHash } from './access-token.ts';
import { refusalOfOperatorName } from './operator-name.ts';
import { readFactor } from './password-proof.ts';
import { refusalOfPassword } from './password-rules.ts';
import { acceptFactor, type ShownFactor, signInFailed } from './proof.ts';
import { type BegunSession, beginSession, type WantedSession } from './session-begin.ts';
import { newWantedSession, signedIn } from './session-wanted.ts';
import { endSessionsOf } from './sessions-ending.ts';
import { type AttemptKeys, attemptKeysOf, giveAttemptBack } from './sign-in-attempts.ts';
import { forgetTotp } from './totp-removal.ts';

/** Uses a set-up link: the password that was chosen is the account's from now on. */
export const useSetupLink: ApiDeed<'setup'> = async (ask) => {
  const { mind, author, body } = ask;
  const { tables } = mind.storage;
  const link = await tables.setupLinks.byTokenHash(accessTokenHash(body.token));
  if (!link || mind.clock() >= link.expiresAt) return linkSpent;
  const owner = link.operatorId === null ? undefined : await tables.operators.byId(link.operatorId);
  const name = owner?.name ?? link.name ?? body.name;
  if (name === undefined) return problem('invalid_request', 'Send the name of the new admin too.');
  const weak = await refusalOfPassword(mind.passwords, body.password, name);
  if (weak) return weak;
  // Whoever found a link is to guess the codes of its account no better than those who sign in.
  const attempt = owner && body.code ? attemptKeysOf(`setup ${link.id}`, author.address) : null;
  const taken =
    attempt && (await mind.storage.decide('takeSignInAttempt', { keys: attempt, now: mind.clock() }));
  if (isProblem(taken)) return taken;
  const factor = owner ? readFactor(mind, owner, body.code) : noFactor;
  if (!factor) return signInFailed;
  const { token, session } = newWantedSession(ask);
  const begun = await mind.storage.decide('useSetupLink', {
    tokenHash: accessTokenHash(body.token),
    name,
    passwordHash: await mind.passwords.hash(body.password),
    factor,
    attempt,
    session,
    by: author,
    now: mind.clock(),
  });
  return isProblem(begun) ? begun : signedIn(token, session.kind, begun);
};

type Use = {
  tokenHash: string;
  /** Of a new admin. */
  name: string;
  passwordHash: string;
  factor: ShownFactor;
  /** Null where no code was shown. */
  attempt: AttemptKeys | null;
  session: WantedSession;
  by: Author;
  now: number;
};

export async function decideSetup(tables: Tables, use: Use): Promise<BegunSession | Problem> {
  const { tokenHash, by, now } = use;
  const link = await tables.setupLinks.byTokenHash(tokenHash);
  if (!link || now >= link.expiresAt) return linkSpent;
  const ready = link.operatorId === null ? await makeAdmin(tables, use) : await renew(tables, link, use);
  if (isProblem(ready)) return ready;
  await tables.setupLinks.remove(link.id);
  if (use.attempt) await giveAttemptBack(tables, use.attempt, true);
  return beginSession(tables, ready.operator, { ...use.session, ...ready, isConfirmed: true, by, now });
}

type Ready = { operator: Operator; hasSecondFactor: boolean };

async function makeAdmin(tables: Tables, { name, passwordHash, by, now }: Use): Promise<Ready | Problem> {
  const refusal = await refusalOfOperatorName(tables, name);
  if (refusal) return refusal;
  return { operator: await addAdmin(tables, { name, passwordHash, by, now }), hasSecondFactor: false };
}

/** Makes an admin who can sign in at once. Links that would make another one, whoever has them, are worth nothing any more. */
export async function addAdmin(
  tables: Tables,
  { name, passwordHash, by, now }: Pick<Use, 'name' | 'passwordHash' | 'by' | 'now'>,
): Promise<Operator> {
  const operator = await tables.operators.add({
    name,
    passwordHash,
    role: 'admin',
    hostsGroupIds: null,
    isActive: true,
    createdAt: now,
  });
  await tables.setupLinks.removeForAnyAdmin();
  await tables.audit.note({
    at: now,
    by,
    action: 'operator.create',
    subject: `operator ${name}`,
    after: { role: 'admin', hosts_groups: null, is_active: true },
  });
  return operator;
}

/** A new password; every session of the old one ends. */
async function renew(tables: Tables, link: SetupLink, use: Use): Promise<Ready | Problem> {
  const operator = await tables.operators.byId(link.operatorId ?? 0);
  if (!operator?.isActive) return linkSpent;
  const { id } = operator;
  const accepted = link.forgetsFactors
    ? { hasSecondFactor: false }
    : await acceptFactor(tables, operator, use.factor);
  if (isProblem(accepted)) return accepted;
  if (link.forgetsFactors) await forgetFactors(tables, id);
  await tables.operators.change(id, { passwordHash: use.passwordHash });
  await tables.setupLinks.removeOfOperator(id);
  await endSessionsOf(tables, id, null);
  await tables.audit.note({
    at: use.now,
    by: { ...use.by, kind: 'operator', operatorId: id, name: operator.name },
    action: 'account.set_up',
    subject: `operator ${operator.name}`,
    after: { forgets_factors: link.forgetsFactors },
  });
  return { operator, ...accepted };
}

async function forgetFactors(tables: Tables, operatorId: number): Promise<void> {
  await forgetTotp(tables, operatorId);
  for (const { id } of await tables.passkeys.ofOperator(operatorId)) await tables.passkeys.remove(id);
}

const noFactor: ShownFactor = { kind: 'none' };
const linkSpent = problem(
  'not_found',
  'This set-up link was used, has expired or never was one: ask for another.',
);
