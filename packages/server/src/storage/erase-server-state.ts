import { translateDriverError } from './errors.ts';
import { openSqliteConnection } from './sqlite-connection.ts';
import { shareSqliteFile } from './sqlite-lock.ts';
import { createSqliteTurns } from './sqlite-turns.ts';

/**
 * Makes that nothing is left in the database's files of what its server state held before: SQLite keeps deleted bytes in
 * its pages, and every change in its log, until something else takes their place. False where another process keeps the
 * log from being folded in; the last one to close the database does it then.
 */
export function eraseFormerServerState(file: string): boolean {
  const lock = shareSqliteFile(file);
  const { database } = openSqliteConnection(file);
  try {
    // Copies stay in memory, and a page that is given up is filled with zeros.
    database.pragma('temp_store = MEMORY');
    database.pragma('secure_delete = ON');
    createSqliteTurns(database).begin();
    database.exec('create temp table kept as select * from server_state');
    // The whole page, and not only the row's bytes: what the row was before lies anywhere in it.
    database.exec('delete from server_state');
    database.exec('insert into server_state select * from kept');
    database.exec('commit');
    database.pragma(`busy_timeout = ${patienceMs}`);
    const [folded] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    return folded?.busy === 0;
  } catch (trouble) {
    throw translateDriverError(trouble);
  } finally {
    database.close();
    lock.release();
  }
}

/** How long a reader is waited for, in milliseconds. */
const patienceMs = 2_000;
