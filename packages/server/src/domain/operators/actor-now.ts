import { hasSecondFactor, isSecondFactorRequired } from '../accounts/second-factor.ts';
import { isSessionAlive } from '../accounts/session-life.ts';
import type { Definitions } from '../definitions.ts';
import type { ApiToken, Operator, OperatorSession, Tables } from '../ports.ts';
import type { Actor } from './actor.ts';
import { lesserRole, narrowed } from './rights.ts';

/** Where and when somebody's rights are looked up: outside of any decision, or within one. */
export type Looking = {
  readonly tables: Tables;
  readonly now: number;
  definitions(): Promise<Definitions>;
  /** When this process heard last of a session, as far as that is not stored yet. */
  lastUsed(sessionId: number): number | undefined;
};

/** Whoever asks by this session or token, with the rights that he has now; undefined when it is worth nothing (any more). */
export async function actorNow(looking: Looking, by: Actor['by']): Promise<Actor | undefined> {
  const { operatorSessions, apiTokens } = looking.tables;
  if ('session' in by) return actorOfSession(looking, await operatorSessions.byId(by.session));
  return actorOfToken(looking, await apiTokens.byId(by.token));
}

export async function actorOfSession(
  looking: Looking,
  session: OperatorSession | undefined,
): Promise<Actor | undefined> {
  if (!session) return undefined;
  const { tables, now } = looking;
  const lastUsedAt = Math.max(session.lastUsedAt, looking.lastUsed(session.id) ?? 0);
  if (!isSessionAlive({ ...session, lastUsedAt }, now)) return undefined;
  const operator = await tables.operators.byId(session.operatorId);
  if (!operator?.isActive) return undefined;
  const isRequired = isSecondFactorRequired(await looking.definitions(), operator.role);
  return Object.freeze({
    operatorId: operator.id,
    name: operator.name,
    role: operator.role,
    hostsGroupIds: operator.hostsGroupIds,
    lacksSecondFactor: isRequired && !session.hasSecondFactor,
    by: { session: session.id },
  });
}

/** A token is never worth more than its owner is now. */
export async function actorOfToken(
  looking: Looking,
  token: ApiToken | undefined,
): Promise<Actor | undefined> {
  if (!token || token.revokedAt !== null || looking.now >= token.expiresAt) return undefined;
  const operator = await looking.tables.operators.byId(token.operatorId);
  if (!operator?.isActive) return undefined;
  return Object.freeze({
    operatorId: operator.id,
    name: operator.name,
    role: lesserRole(token.role, operator.role),
    hostsGroupIds: narrowed(operator.hostsGroupIds, token.hostsGroupIds),
    lacksSecondFactor: await lacksSecondFactor(looking, operator),
    by: { token: token.id, tokenName: token.name },
  });
}

async function lacksSecondFactor(looking: Looking, operator: Operator): Promise<boolean> {
  if (!isSecondFactorRequired(await looking.definitions(), operator.role)) return false;
  return !(await hasSecondFactor(looking.tables, operator));
}
