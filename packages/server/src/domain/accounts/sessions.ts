import { momentText } from '../api/moment-text.ts';
import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import type { OperatorSession, Tables } from '../ports.ts';
import { isSessionAlive } from './session-life.ts';
import { sessionOf } from './session-of-actor.ts';
import { endSessionsOf } from './sessions-ending.ts';

export const listSessions: ApiDeed<'sessions_list'> = async ({ mind, actor }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const sessions = await mind.storage.tables.operatorSessions.ofOperator(actor.operatorId);
  const alive = sessions.filter((session) => isSessionAlive(session, mind.clock()));
  return { answer: { items: alive.map((session) => shownSession(session, own.sessionId)) } };
};

export const signOut: ApiDeed<'session_end'> = async ({ mind, actor, author }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  await mind.storage.decide('endSession', {
    id: own.sessionId,
    operatorId: actor.operatorId,
    by: author,
    now: mind.clock(),
  });
  return { answer: undefined, session: 'ended' };
};

export const endOwnSession: ApiDeed<'sessions_end'> = async ({ mind, actor, author, params }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const refusal = await mind.storage.decide('endSession', {
    id: params.id,
    operatorId: actor.operatorId,
    by: author,
    now: mind.clock(),
  });
  return refusal ?? { answer: undefined };
};

export const endOtherSessions: ApiDeed<'sessions_end_others'> = async ({ mind, actor, author }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const { operatorId } = actor;
  const ended = await mind.storage.decide('endSessions', {
    operatorId,
    exceptId: own.sessionId,
    by: author,
    now: mind.clock(),
  });
  return isProblem(ended) ? ended : { answer: ended };
};

type Ending = { id: number; operatorId: number; by: Author; now: number };

/** Ends one of an operator's sessions: the next request with it is refused. */
export async function decideSessionEnd(
  tables: Tables,
  { id, operatorId, by, now }: Ending,
): Promise<Problem | undefined> {
  const session = await tables.operatorSessions.byId(id);
  if (session?.operatorId !== operatorId) return notFound(`session ${id}`);
  await tables.operatorSessions.remove(id);
  await tables.audit.note({ at: now, by, action: 'session.end', subject: `session ${id}` });
  return undefined;
}

type EndingAll = { operatorId: number; exceptId: number | null; by: Author; now: number };

export async function decideSessionsEnd(
  tables: Tables,
  { operatorId, exceptId, by, now }: EndingAll,
): Promise<{ ended: number } | Problem> {
  const operator = await tables.operators.byId(operatorId);
  if (!operator) return notFound(`operator ${operatorId}`);
  const ended = await endSessionsOf(tables, operatorId, exceptId);
  if (ended > 0) {
    const subject = `operator ${operator.name}`;
    await tables.audit.note({ at: now, by, action: 'session.end_all', subject, after: { ended } });
  }
  return { ended };
}

function shownSession(session: OperatorSession, thisId: number) {
  return {
    id: session.id,
    kind: session.kind,
    created_at: momentText(session.createdAt),
    last_used_at: momentText(session.lastUsedAt),
    expires_at: momentText(session.expiresAt),
    address: session.address,
    agent: session.agent,
    has_second_factor: session.hasSecondFactor,
    is_this: session.id === thisId,
  };
}
