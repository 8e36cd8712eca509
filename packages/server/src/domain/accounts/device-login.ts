import { momentText } from '../api/moment-text.ts';
import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { DeviceLoginsTable, Tables } from '../ports.ts';
import { accessTokenHash, newAccessToken } from './access-token.ts';
import { beginSession, type WantedSession } from './session-begin.ts';
import { newWantedSession } from './session-wanted.ts';
import { newUserCode } from './user-code.ts';

const waitingMs = 10 * 60 * 1000;
const intervalSeconds = 2;

/** A program asks to be let in. */
export const beginDeviceLogin: ApiDeed<'device_logins_create'> = async ({ mind, author, userAgent }) => {
  const deviceCode = newAccessToken('dev');
  const userCode = newUserCode();
  const now = mind.clock();
  const expiresAt = now + waitingMs;
  await mind.storage.decide('beginDeviceLogin', {
    deviceCodeHash: accessTokenHash(deviceCode),
    userCode,
    createdAt: now,
    expiresAt,
    address: author.address ?? '',
    agent: userAgent?.slice(0, 300) ?? null,
  });
  return {
    answer: {
      device_code: deviceCode,
      user_code: userCode,
      verification_path: '/device',
      interval_seconds: intervalSeconds,
      expires_at: momentText(expiresAt),
    },
  };
};

/** It asks whether it was: then it gets a session, once. */
export const takeDeviceSession: ApiDeed<'device_logins_token'> = async ({
  mind,
  author,
  userAgent,
  body,
}) => {
  const deviceCodeHash = accessTokenHash(body.device_code);
  const now = mind.clock();
  // Looked at first: it asks every few seconds, and most often nothing is decided yet.
  const login = await mind.storage.tables.deviceLogins.byDeviceCodeHash(deviceCodeHash);
  if (!login || now >= login.expiresAt) return unknownLogin;
  if (login.state === 'pending') return { answer: { state: 'pending', token: null, expires_at: null } };
  const { token, session } = newWantedSession({ author, userAgent, body: { kind: 'bearer' } });
  const taken = await mind.storage.decide('takeDeviceSession', { deviceCodeHash, session, by: author, now });
  if (isProblem(taken)) return taken;
  if (taken.expiresAt === null) return { answer: { state: 'denied', token: null, expires_at: null } };
  return { answer: { state: 'approved', token, expires_at: momentText(taken.expiresAt) } };
};

type NewLogin = Parameters<DeviceLoginsTable['add']>[0];

export async function decideDeviceLogin(tables: Tables, login: NewLogin): Promise<void> {
  await tables.deviceLogins.add(login);
}

type Taking = { deviceCodeHash: string; session: WantedSession; by: Author; now: number };

/** Null where it was denied, or where whoever let it in may not sign in any more. */
export async function decideDeviceSession(
  tables: Tables,
  { deviceCodeHash, session, by, now }: Taking,
): Promise<{ expiresAt: number | null } | Problem> {
  const login = await tables.deviceLogins.byDeviceCodeHash(deviceCodeHash);
  if (!login || now >= login.expiresAt || !(await tables.deviceLogins.remove(login.id))) return unknownLogin;
  const operator = login.operatorId === null ? undefined : await tables.operators.byId(login.operatorId);
  if (login.state !== 'approved' || !operator?.isActive) return { expiresAt: null };
  const { hasSecondFactor } = login;
  const begun = await beginSession(tables, operator, {
    ...session,
    hasSecondFactor,
    isConfirmed: false,
    by,
    now,
  });
  return { expiresAt: begun.expiresAt };
}

const unknownLogin = problem('not_found', 'This code is unknown, has expired or was used: begin anew.');
