import { momentText } from '../api/moment-text.ts';
import type { Author } from '../operators/actor.ts';
import type { ApiAsk, ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';
import { readUserCode } from './user-code.ts';

/** Shows who waits, to whoever is to decide about it. */
export const showDeviceLogin: ApiDeed<'device_logins_show'> = async ({ mind, actor, params }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const login = await mind.storage.tables.deviceLogins.byUserCode(readUserCode(params.user_code));
  if (login?.state !== 'pending' || mind.clock() >= login.expiresAt) return nobodyWaits;
  return {
    answer: {
      user_code: login.userCode,
      address: login.address,
      agent: login.agent,
      created_at: momentText(login.createdAt),
      expires_at: momentText(login.expiresAt),
    },
  };
};

export const approveDeviceLogin: ApiDeed<'device_logins_approve'> = (ask) => settle(ask, true);
export const denyDeviceLogin: ApiDeed<'device_logins_deny'> = (ask) => settle(ask, false);

async function settle(
  { mind, actor, author, params }: ApiAsk<'device_logins_approve' | 'device_logins_deny'>,
  isApproved: boolean,
) {
  // The session that comes of it has all rights of the account: a token may have fewer.
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const refusal = await mind.storage.decide('settleDeviceLogin', {
    ...own,
    operatorId: actor.operatorId,
    userCode: readUserCode(params.user_code),
    isApproved,
    by: author,
    now: mind.clock(),
  });
  return refusal ?? { answer: undefined };
}

type Settling = {
  sessionId: number;
  operatorId: number;
  userCode: string;
  isApproved: boolean;
  by: Author;
  now: number;
};

export async function decideDeviceApproval(
  tables: Tables,
  { sessionId, operatorId, userCode, isApproved, by, now }: Settling,
): Promise<Problem | undefined> {
  const login = await tables.deviceLogins.byUserCode(userCode);
  if (login?.state !== 'pending' || now >= login.expiresAt) return nobodyWaits;
  const session = await tables.operatorSessions.byId(sessionId);
  if (!session) return problem('not_signed_in', 'The session has ended: sign in again.');
  // Who finds a session open is not to carry one away that lasts.
  const unconfirmed = isApproved ? await refusalOfUnconfirmed(tables, sessionId, now) : undefined;
  if (unconfirmed) return unconfirmed;
  await tables.deviceLogins.decide(login.id, {
    state: isApproved ? 'approved' : 'denied',
    operatorId,
    hasSecondFactor: session.hasSecondFactor,
  });
  await tables.audit.note({
    at: now,
    by,
    action: isApproved ? 'device_login.approve' : 'device_login.deny',
    subject: `operator ${by.name}`,
    after: { address: login.address, agent: login.agent },
  });
  return undefined;
}

const nobodyWaits = problem('not_found', 'Nobody waits behind this code: it is mistyped, or has expired.');
