import type { ApiToken as ShownToken } from '@remotes/protocol/operators/api-tokens';
import { groupsSeen } from '../api/hosts-groups.ts';
import { maybeMomentText, momentText } from '../api/moment-text.ts';
import { refusalOfNarrowed } from '../api/narrowed.ts';
import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, notFound, type Problem, problem } from '../operators/problem.ts';
import { hasRole } from '../operators/rights.ts';
import type { ApiToken, HostsGroup, NewApiToken, Tables } from '../ports.ts';
import { accessTokenHash, newAccessToken } from './access-token.ts';
import { hostsGroupRefs, refusalOfGroups } from './hosts-group-refs.ts';
import { refusalOfLabel } from './operator-name.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';

const usualSeconds = 90 * 24 * 60 * 60;
const usualLimit = 100;

export const listApiTokens: ApiDeed<'api_tokens_list'> = async ({ mind, actor, query }) => {
  const { tables } = mind.storage;
  const isAll = query.all === true;
  if (isAll && (!hasRole(actor, 'admin') || refusalOfNarrowed(actor, 'look after the tokens of others')))
    return allWanted;
  const after = readCursor(query.cursor, ['number']);
  if (isProblem(after)) return after;
  const limit = query.limit ?? usualLimit;
  const tokens = await tables.apiTokens.list(isAll ? null : actor.operatorId, after?.[0] ?? 0, limit + 1);
  const page = pageFrom(tokens, limit, ({ id }) => [id]);
  const names = new Map((await tables.operators.list()).map(({ id, name }) => [id, name]));
  // Of groups that were taken from its owner, a token tells nothing any more.
  const groups = await groupsSeen(tables, actor.hostsGroupIds);
  const items = page.items.map((token) => shownToken(token, names.get(token.operatorId) ?? '', groups));
  return { answer: { items, next: page.next } };
};

/** Makes a token that is worth no more than whoever makes it. */
export const createApiToken: ApiDeed<'api_tokens_create'> = async ({ mind, actor, author, body }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const unsuitable = refusalOfLabel(body.name);
  if (unsuitable) return unsuitable;
  const role = body.role ?? actor.role;
  if (!hasRole(actor, role)) {
    return problem('not_allowed', `A token cannot have the role ${role}: yours is ${actor.role}.`);
  }
  const hostsGroupIds = body.hosts_groups ?? actor.hostsGroupIds;
  const foreign = hostsGroupIds?.find((id) => actor.hostsGroupIds?.includes(id) === false);
  if (foreign !== undefined) return problem('unknown_hosts_group', `There is no hosts group ${foreign}.`);
  const now = mind.clock();
  const token = newAccessToken('api');
  const expiresAt = now + (body.expires_in_seconds ?? usualSeconds) * 1000;
  const made = await mind.storage.decide('createApiToken', {
    ...own,
    token: {
      operatorId: actor.operatorId,
      name: body.name,
      tokenHash: accessTokenHash(token),
      role,
      hostsGroupIds,
      createdAt: now,
      expiresAt,
    },
    by: author,
    now,
  });
  if (isProblem(made)) return made;
  return { answer: { id: made.id, token, expires_at: momentText(expiresAt) } };
};

/** Revokes a token: one of one's own, as an admin any. A token that asks may revoke itself alone. */
export const revokeApiToken: ApiDeed<'api_tokens_revoke'> = async ({ mind, actor, author, params }) => {
  const isAdmin =
    'session' in actor.by &&
    hasRole(actor, 'admin') &&
    !refusalOfNarrowed(actor, 'look after the tokens of others');
  const refusal = await mind.storage.decide('revokeApiToken', {
    id: params.id,
    ownerId: isAdmin ? null : actor.operatorId,
    onlyId: 'token' in actor.by ? actor.by.token : null,
    by: author,
    now: mind.clock(),
  });
  return refusal ?? { answer: undefined };
};

type Creation = { sessionId: number; token: NewApiToken; by: Author; now: number };

export async function decideApiToken(
  tables: Tables,
  { sessionId, token, by, now }: Creation,
): Promise<{ id: number } | Problem> {
  const refusal =
    (await refusalOfUnconfirmed(tables, sessionId, now)) ??
    (await refusalOfGroups(tables, token.hostsGroupIds));
  if (refusal) return refusal;
  const id = await tables.apiTokens.add(token);
  await tables.audit.note({
    at: now,
    by,
    action: 'api_token.create',
    subject: `API token ${id}`,
    after: {
      name: token.name,
      role: token.role,
      hosts_groups: token.hostsGroupIds,
      expires_at: momentText(token.expiresAt),
    },
  });
  return { id };
}

type Revocation = {
  id: number;
  /** Only a token of this operator; null: of anybody. */
  ownerId: number | null;
  /** Only this one; null: any of them. */
  onlyId: number | null;
  by: Author;
  now: number;
};

export async function decideApiTokenRevocation(
  tables: Tables,
  { id, ownerId, onlyId, by, now }: Revocation,
): Promise<Problem | undefined> {
  const token = await tables.apiTokens.byId(id);
  const isReached =
    token && (ownerId === null || token.operatorId === ownerId) && (onlyId === null || token.id === onlyId);
  if (!isReached) return notFound(`API token ${id}`);
  if (token.revokedAt !== null) return undefined;
  await tables.apiTokens.revoke(id, now);
  const before = { name: token.name, operator_id: token.operatorId };
  await tables.audit.note({ at: now, by, action: 'api_token.revoke', subject: `API token ${id}`, before });
  return undefined;
}

const allWanted = problem(
  'not_allowed',
  'The tokens of everybody are for admins whose rights are not narrowed.',
);

function shownToken(token: ApiToken, operatorName: string, groups: readonly HostsGroup[]): ShownToken {
  return {
    id: token.id,
    name: token.name,
    operator_id: token.operatorId,
    operator_name: operatorName,
    role: token.role,
    hosts_groups: hostsGroupRefs(groups, token.hostsGroupIds),
    created_at: momentText(token.createdAt),
    expires_at: momentText(token.expiresAt),
    last_used_at: maybeMomentText(token.lastUsedAt),
    last_address: token.lastAddress,
    revoked_at: maybeMomentText(token.revokedAt),
  };
}
