import type { ApiToken, ApiTokensTable, NewApiToken } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { readIds, writeIds } from '../id-list.ts';
import { prepared } from '../prepared.ts';

const columns = [
  'id',
  'operator_id as operatorId',
  'name',
  'role',
  'hosts_group_ids as hostsGroupIds',
  'created_at as createdAt',
  'expires_at as expiresAt',
  'last_used_at as lastUsedAt',
  'last_address as lastAddress',
  'revoked_at as revokedAt',
] as const;

type Stored = Omit<ApiToken, 'hostsGroupIds'> & { hostsGroupIds: string | null };
type Page = { afterId: number; limit: number };

const byId = prepared((db, given: { id: number }) =>
  db.selectFrom('api_tokens').select(columns).where('id', '=', given.id),
);
const byTokenHash = prepared((db, given: { tokenHash: string }) =>
  db.selectFrom('api_tokens').select(columns).where('token_hash', '=', given.tokenHash),
);
const listAll = prepared((db, given: Page) =>
  db
    .selectFrom('api_tokens')
    .select(columns)
    .where('id', '>', given.afterId)
    .orderBy('id')
    .limit(given.limit),
);
const listOfOperator = prepared((db, given: Page & { operatorId: number }) =>
  db
    .selectFrom('api_tokens')
    .select(columns)
    .where('operator_id', '=', given.operatorId)
    .where('id', '>', given.afterId)
    .orderBy('id')
    .limit(given.limit),
);
const add = prepared((db, given: Omit<NewApiToken, 'hostsGroupIds'> & { hostsGroupIds: string | null }) =>
  db
    .insertInto('api_tokens')
    .values({
      operator_id: given.operatorId,
      name: given.name,
      token_hash: given.tokenHash,
      role: given.role,
      hosts_group_ids: given.hostsGroupIds,
      created_at: given.createdAt,
      expires_at: given.expiresAt,
    })
    .returning('id'),
);
const revoke = prepared((db, given: { id: number; at: number }) =>
  db
    .updateTable('api_tokens')
    .set({ revoked_at: given.at })
    .where('id', '=', given.id)
    .where('revoked_at', 'is', null),
);
const revokeOfOperator = prepared((db, given: { operatorId: number; at: number }) =>
  db
    .updateTable('api_tokens')
    .set({ revoked_at: given.at })
    .where('operator_id', '=', given.operatorId)
    .where('revoked_at', 'is', null),
);
const recordUse = prepared((db, given: { id: number; at: number; address: string }) =>
  db
    .updateTable('api_tokens')
    .set({ last_used_at: given.at, last_address: given.address })
    .where('id', '=', given.id),
);

export function apiTokensTable(connection: Connection): ApiTokensTable {
  return Object.freeze({
    async byId(id: number) {
      const row = await byId.first(connection, { id });
      return row && toToken(row);
    },
    async byTokenHash(tokenHash: string) {
      const row = await byTokenHash.first(connection, { tokenHash });
      return row && toToken(row);
    },
    async list(operatorId: number | null, afterId: number, limit: number) {
      const rows =
        operatorId === null
          ? await listAll.all(connection, { afterId, limit })
          : await listOfOperator.all(connection, { operatorId, afterId, limit });
      return rows.map(toToken);
    },
    async add(token: NewApiToken) {
      const added = await add.first(connection, { ...token, hostsGroupIds: writeIds(token.hostsGroupIds) });
      if (!added) throw new Error('An API token that was added is not there.');
      return added.id;
    },
    async revoke(id: number, at: number) {
      await revoke.run(connection, { id, at });
    },
    async revokeOfOperator(operatorId: number, at: number) {
      await revokeOfOperator.run(connection, { operatorId, at });
    },
    async recordUse(id: number, at: number, address: string) {
      await recordUse.run(connection, { id, at, address });
    },
  });
}

function toToken(row: Stored): ApiToken {
  return { ...row, hostsGroupIds: readIds(row.hostsGroupIds) };
}
