import { accessTokenHash, newAccessToken } from '../../../src/domain/accounts/access-token.ts';
import type { Role } from '../../../src/domain/operators/actor.ts';
import type { OpenDatabase } from '../../databases.ts';

const dayMs = 24 * 60 * 60 * 1000;

export type SampleOperator = {
  readonly id: number;
  readonly name: string;
  /** An API token as wide as its owner. */
  readonly token: string;
  /** A session of a program. */
  readonly bearer: string;
  /** A session of a browser. */
  readonly cookie: string;
};

/** An operator with everything by which he can ask, good for a day from `now`. */
export async function addOperator(
  database: OpenDatabase,
  now: number,
  { name, role, hostsGroupIds = null }: { name: string; role: Role; hostsGroupIds?: number[] | null },
): Promise<SampleOperator> {
  const token = newAccessToken('api');
  const bearer = newAccessToken('ses');
  const cookie = newAccessToken('ses');
  const times = { createdAt: now, expiresAt: now + dayMs };
  const id = await database.write(async (tables) => {
    const added = await tables.operators.add({
      name,
      role,
      hostsGroupIds,
      isActive: true,
      createdAt: now,
      passwordHash: null,
    });
    const operatorId = added.id;
    const tokenHash = accessTokenHash(token);
    await tables.apiTokens.add({ operatorId, name: `${name}'s`, role, hostsGroupIds, ...times, tokenHash });
    for (const [kind, secret] of [
      ['bearer', bearer],
      ['cookie', cookie],
    ] as const) {
      await tables.operatorSessions.add({
        operatorId,
        kind,
        ...times,
        address: '127.0.0.1',
        agent: null,
        confirmedAt: now,
        hasSecondFactor: true,
        tokenHash: accessTokenHash(secret),
      });
    }
    return operatorId;
  });
  return { id, name, token, bearer, cookie };
}

export const withBearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const withCookie = (cookie: string) => ({
  cookie: `remotes_session=${cookie}`,
  'sec-fetch-site': 'same-origin',
});
