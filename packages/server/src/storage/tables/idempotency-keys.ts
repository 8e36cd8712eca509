import type { IdempotencyKey, IdempotencyKeysTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

type Name = Pick<IdempotencyKey, 'actor' | 'key'>;

const find = prepared((db, given: Name) =>
  db
    .selectFrom('idempotency_keys')
    .select(['actor', 'key', 'request_hash as requestHash', 'answer', 'created_at as createdAt'])
    .where('actor', '=', given.actor)
    .where('key', '=', given.key),
);
const add = prepared((db, given: Omit<IdempotencyKey, 'answer'>) =>
  db
    .insertInto('idempotency_keys')
    .values({
      actor: given.actor,
      key: given.key,
      request_hash: given.requestHash,
      answer: null,
      created_at: given.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing()),
);
const setAnswer = prepared((db, given: Name & { answer: string }) =>
  db
    .updateTable('idempotency_keys')
    .set({ answer: given.answer })
    .where('actor', '=', given.actor)
    .where('key', '=', given.key),
);
const remove = prepared((db, given: Name) =>
  db.deleteFrom('idempotency_keys').where('actor', '=', given.actor).where('key', '=', given.key),
);
const prune = prepared((db, given: { olderThan: number }) =>
  db.deleteFrom('idempotency_keys').where('created_at', '<', given.olderThan),
);

export function idempotencyKeysTable(connection: Connection): IdempotencyKeysTable {
  return Object.freeze({
    find: (actor: string, key: string) => find.first(connection, { actor, key }),
    add: async (key: Omit<IdempotencyKey, 'answer'>) => (await add.run(connection, key)) === 1,
    async setAnswer(actor: string, key: string, answer: string) {
      await setAnswer.run(connection, { actor, key, answer });
    },
    async remove(actor: string, key: string) {
      await remove.run(connection, { actor, key });
    },
    async prune(olderThan: number) {
      await prune.run(connection, { olderThan });
    },
  });
}
