import type { SignInAttempts, SignInAttemptsTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const of = prepared((db, given: { key: string }) =>
  db.selectFrom('sign_in_attempts').select(['failures', 'last_at as lastAt']).where('key', '=', given.key),
);
const put = prepared((db, given: SignInAttempts & { key: string }) => {
  const said = { failures: given.failures, last_at: given.lastAt };
  return db
    .insertInto('sign_in_attempts')
    .values({ key: given.key, ...said })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(said));
});
const forget = prepared((db, given: { key: string }) =>
  db.deleteFrom('sign_in_attempts').where('key', '=', given.key),
);
const prune = prepared((db, given: { olderThan: number }) =>
  db.deleteFrom('sign_in_attempts').where('last_at', '<', given.olderThan),
);

export function signInAttemptsTable(connection: Connection): SignInAttemptsTable {
  return Object.freeze({
    of: (key: string) => of.first(connection, { key }),
    async put(key: string, attempts: SignInAttempts) {
      await put.run(connection, { ...attempts, key });
    },
    async forget(key: string) {
      await forget.run(connection, { key });
    },
    async prune(olderThan: number) {
      await prune.run(connection, { olderThan });
    },
  });
}
