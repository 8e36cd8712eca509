import type { SetupLink, SetupLinksTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

type NewLink = Omit<SetupLink, 'id'> & { tokenHash: string };

const byTokenHash = prepared((db, given: { tokenHash: string }) =>
  db
    .selectFrom('setup_links')
    .select([
      'id',
      'operator_id as operatorId',
      'name',
      'forgets_factors as forgetsFactors',
      'created_at as createdAt',
      'expires_at as expiresAt',
    ])
    .where('token_hash', '=', given.tokenHash),
);
const add = prepared((db, given: Omit<NewLink, 'forgetsFactors'> & { forgetsFactors: number }) =>
  db.insertInto('setup_links').values({
    token_hash: given.tokenHash,
    operator_id: given.operatorId,
    name: given.name,
    forgets_factors: given.forgetsFactors,
    created_at: given.createdAt,
    expires_at: given.expiresAt,
  }),
);
const remove = prepared((db, given: { id: number }) =>
  db.deleteFrom('setup_links').where('id', '=', given.id),
);
const removeOfOperator = prepared((db, given: { operatorId: number }) =>
  db.deleteFrom('setup_links').where('operator_id', '=', given.operatorId),
);
const removeForAnyAdmin = prepared((db) =>
  db.deleteFrom('setup_links').where('operator_id', 'is', null).where('name', 'is', null),
);
const removeAll = prepared((db) => db.deleteFrom('setup_links'));
const prune = prepared((db, given: { now: number }) =>
  db.deleteFrom('setup_links').where('expires_at', '<=', given.now),
);

export function setupLinksTable(connection: Connection): SetupLinksTable {
  return Object.freeze({
    async byTokenHash(tokenHash: string) {
      const row = await byTokenHash.first(connection, { tokenHash });
      return row && { ...row, forgetsFactors: row.forgetsFactors === 1 };
    },
    async add(link: NewLink) {
      await add.run(connection, { ...link, forgetsFactors: Number(link.forgetsFactors) });
    },
    async remove(id: number) {
      return (await remove.run(connection, { id })) === 1;
    },
    async removeOfOperator(operatorId: number) {
      await removeOfOperator.run(connection, { operatorId });
    },
    async removeForAnyAdmin() {
      await removeForAnyAdmin.run(connection, {});
    },
    async removeAll() {
      await removeAll.run(connection, {});
    },
    async prune(now: number) {
      await prune.run(connection, { now });
    },
  });
}
