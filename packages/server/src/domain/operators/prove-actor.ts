import { accessTokenHash, isAccessToken } from '../accounts/access-token.ts';
import { hasSecondFactor, isSecondFactorRequired } from '../accounts/second-factor.ts';
import { isSessionAlive } from '../accounts/session-life.ts';
import type { Mind } from '../mind.ts';
import type { ApiToken, Operator, OperatorSession, SessionKind } from '../ports.ts';
import type { Actor } from './actor.ts';
import { type Problem, problem } from './problem.ts';
import { lesserRole, narrowed } from './rights.ts';

/** What was shown: a token in `Authorization: Bearer`, or the cookie of a session. */
export type Credential = { readonly bearer?: string; readonly cookie?: string };

/**
 * Who asks; a refusal when what was shown is worth nothing (any more); undefined when nothing was shown. Nothing of this
 * is remembered: what was ended, revoked or narrowed, by whichever server, counts for the very next request.
 */
export async function proveActor(
  mind: Mind,
  { bearer, cookie }: Credential,
  { address }: { readonly address: string },
): Promise<Actor | Problem | undefined> {
  const token = bearer ?? cookie;
  if (token === undefined) return undefined;
  const proved =
    bearer !== undefined && isAccessToken('api', bearer)
      ? await actorOfToken(mind, bearer)
      : await actorOfSession(mind, token, bearer === undefined ? 'cookie' : 'bearer');
  if (proved === undefined) return worthless;
  const used = 'session' in proved.by ? proved.by.session : proved.by.token;
  const kind = 'session' in proved.by ? 'session' : 'token';
  mind.credentialUse.note({ kind, id: used, at: mind.clock(), address });
  return proved;
}

/** The same actor as he stands now, for what goes on after its request was let in; undefined when he would be refused by now. */
export async function standingActor(mind: Mind, { by }: Actor): Promise<Actor | undefined> {
  const { operatorSessions, apiTokens } = mind.storage.tables;
  if ('session' in by) return sessionsActor(mind, await operatorSessions.byId(by.session));
  return tokensActor(mind, await apiTokens.byId(by.token));
}

const worthless = problem(
  'not_signed_in',
  'What was shown is unknown, has expired or was ended: sign in again, or use another token.',
);

async function actorOfSession(mind: Mind, token: string, kind: SessionKind): Promise<Actor | undefined> {
  const session = await mind.storage.tables.operatorSessions.byTokenHash(accessTokenHash(token));
  return session?.kind === kind ? sessionsActor(mind, session) : undefined;
}

async function sessionsActor(mind: Mind, session: OperatorSession | undefined): Promise<Actor | undefined> {
  if (!session) return undefined;
  const lastUsedAt = Math.max(session.lastUsedAt, mind.credentialUse.lastUsed('session', session.id) ?? 0);
  if (!isSessionAlive({ ...session, lastUsedAt }, mind.clock())) return undefined;
  const operator = await mind.storage.tables.operators.byId(session.operatorId);
  if (!operator?.isActive) return undefined;
  const isRequired = isSecondFactorRequired(await mind.definitions.current(), operator.role);
  return Object.freeze({
    operatorId: operator.id,
    name: operator.name,
    role: operator.role,
    hostsGroupIds: operator.hostsGroupIds,
    lacksSecondFactor: isRequired && !session.hasSecondFactor,
    by: { session: session.id },
  });
}

async function actorOfToken(mind: Mind, token: string): Promise<Actor | undefined> {
  return tokensActor(mind, await mind.storage.tables.apiTokens.byTokenHash(accessTokenHash(token)));
}

/** A token is never worth more than its owner is now. */
async function tokensActor(mind: Mind, token: ApiToken | undefined): Promise<Actor | undefined> {
  if (!token || token.revokedAt !== null || mind.clock() >= token.expiresAt) return undefined;
  const operator = await mind.storage.tables.operators.byId(token.operatorId);
  if (!operator?.isActive) return undefined;
  return Object.freeze({
    operatorId: operator.id,
    name: operator.name,
    role: lesserRole(token.role, operator.role),
    hostsGroupIds: narrowed(operator.hostsGroupIds, token.hostsGroupIds),
    lacksSecondFactor: await lacksSecondFactor(mind, operator),
    by: { token: token.id, tokenName: token.name },
  });
}

async function lacksSecondFactor(mind: Mind, operator: Operator): Promise<boolean> {
  if (!isSecondFactorRequired(await mind.definitions.current(), operator.role)) return false;
  return !(await hasSecondFactor(mind.storage.tables, operator));
}
