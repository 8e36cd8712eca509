import type { Kysely } from 'kysely';
import { startProblem } from '../domain/start-problem.ts';
import type { Connection, Statement } from './connection.ts';
import { type Migration, migrations } from './migrations/index.ts';
import { builtOnce } from './prepared.ts';
import { queryBuilders } from './query-builder.ts';

/**
 * Brings the database to this version's schema. The caller holds a transaction that shuts out every other server that
 * is starting, so that one of them does the work and the others find it done.
 */
export async function migrate(
  connection: Connection,
  now: number,
  known: readonly Migration[] = migrations,
): Promise<void> {
  await connection.run(plain(ledger), []);
  const applied = await builtOnce(connection, (db) =>
    db.selectFrom('migrations').select(['number', 'name']).orderBy('number'),
  );
  const strange = applied.find(({ number, name }) => known[number - 1]?.name !== name);
  if (strange) {
    throw startProblem(
      `The database was written by a newer version of Remotes (it has "${strange.name}", which this version does not know): install that version, or restore a backup of this one's.`,
    );
  }
  const builder = queryBuilders[connection.kind] as unknown as Kysely<unknown>;
  for (const [index, migration] of known.entries()) {
    if (index < applied.length) continue;
    for (const step of migration.up(builder, connection.kind)) {
      await connection.run(plain(step.compile().sql), []);
    }
    await builtOnce(connection, (db) =>
      db.insertInto('migrations').values({ number: index + 1, name: migration.name, applied_at: now }),
    );
  }
}

/** Which migrations a database has been through is told by this one table, the same on both databases. */
const ledger =
  'create table if not exists migrations (number integer not null primary key, name text not null, applied_at bigint not null)';

function plain(text: string): Statement {
  return { name: undefined, text };
}
