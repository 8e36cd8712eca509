import Database from 'better-sqlite3';
import { startProblem } from '../domain/start-problem.ts';
import { isBusy } from './errors.ts';
import { createPrivateFile } from './sqlite-connection.ts';

export type SqliteLock = { release(): void };

/**
 * Says, for as long as it is held, that this process uses the database. A lock of the operating system on an empty
 * file beside it: it ends with the process, however that ends, and holds even where the database is damaged.
 */
export function shareSqliteFile(file: string): SqliteLock {
  return lock(
    file,
    (database) => database.exec('begin; select count(*) from sqlite_schema'),
    `${file} is being restored: try again when that has ended.`,
  );
}

/** Makes sure that no other process uses the database, or comes to use it, until it is released. */
export function claimSqliteFile(file: string): SqliteLock {
  return lock(
    file,
    (database) => database.exec('begin exclusive'),
    `${file} is in use: stop remotes-server and whatever else uses it, then try again.`,
  );
}

function lock(file: string, take: (database: Database.Database) => void, taken: string): SqliteLock {
  const lockFile = `${file}-lock`;
  createPrivateFile(lockFile);
  const database = new Database(lockFile, { timeout: 1_000 });
  try {
    take(database);
  } catch (trouble) {
    database.close();
    throw isBusy(trouble) ? startProblem(taken, trouble) : trouble;
  }
  return Object.freeze({
    release() {
      database.close();
    },
  });
}
