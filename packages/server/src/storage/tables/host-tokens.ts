import type { HostToken, HostTokensTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

/** A host that loses answer after answer must not fill the table. */
const unusedKept = 5;

const byHash = prepared((db, given: { tokenHash: string }) =>
  db
    .selectFrom('host_tokens')
    .select(['id', 'host_id as hostId', 'token_hash as tokenHash', 'used_at as usedAt'])
    .where('token_hash', '=', given.tokenHash),
);
const add = prepared((db, given: { hostId: number; tokenHash: string; createdAt: number }) =>
  db
    .insertInto('host_tokens')
    .values({ host_id: given.hostId, token_hash: given.tokenHash, created_at: given.createdAt }),
);
const dropOldUnused = prepared((db, given: { hostId: number }) =>
  db
    .deleteFrom('host_tokens')
    .where('host_id', '=', given.hostId)
    .where('used_at', 'is', null)
    .where('id', 'not in', (inner) =>
      inner
        .selectFrom('host_tokens as newest')
        .select('newest.id')
        .where('newest.host_id', '=', given.hostId)
        .where('newest.used_at', 'is', null)
        .orderBy('newest.id', 'desc')
        .limit(unusedKept),
    ),
);
const markUsed = prepared((db, given: { id: number; at: number }) =>
  db.updateTable('host_tokens').set({ used_at: given.at }).where('id', '=', given.id),
);
const dropOthers = prepared((db, given: { hostId: number; id: number }) =>
  db.deleteFrom('host_tokens').where('host_id', '=', given.hostId).where('id', '!=', given.id),
);

export function hostTokensTable(connection: Connection): HostTokensTable {
  return Object.freeze({
    byHash: (tokenHash: string) => byHash.first(connection, { tokenHash }),
    async add(hostId: number, tokenHash: string, createdAt: number) {
      await add.run(connection, { hostId, tokenHash, createdAt });
      await dropOldUnused.run(connection, { hostId });
    },
    async takeOver(token: HostToken, at: number) {
      await markUsed.run(connection, { id: token.id, at });
      return (await dropOthers.run(connection, { hostId: token.hostId, id: token.id })) > 0;
    },
  });
}
