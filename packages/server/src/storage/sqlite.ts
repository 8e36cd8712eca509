import { randomUUID } from 'node:crypto';
import type { Storage } from '../domain/storage.ts';
import type { DecisionSet } from './connection.ts';
import { wordingErrors } from './connection-errors.ts';
import { createDecisionQueue } from './decision-queue.ts';
import { translateOpenError } from './errors.ts';
import { migrate } from './migrate.ts';
import { batchTaker } from './sqlite-batch.ts';
import { openSqliteConnection, type SqliteConnection } from './sqlite-connection.ts';
import { type SqliteLock, shareSqliteFile } from './sqlite-lock.ts';
import { createSqliteTurns } from './sqlite-turns.ts';
import { startSqliteWriter } from './sqlite-writer.ts';
import { beginServerState } from './tables/server.ts';
import { tablesOn } from './tables.ts';

/**
 * `writer`: the program of a thread that writes, for a server. `decisions`: they are taken in the calling thread, for
 * programs that make a few and end.
 */
export type SqliteOptions =
  | { readonly file: string; readonly writer: URL }
  | { readonly file: string; readonly decisions: DecisionSet };

/** Opens the file, bringing it to this version's schema. Several processes may have it open at once. */
export async function openSqliteStorage(options: SqliteOptions): Promise<Storage> {
  let lock: SqliteLock | undefined;
  try {
    lock = shareSqliteFile(options.file);
    return await openShared(options, lock);
  } catch (trouble) {
    lock?.release();
    throw translateOpenError(trouble);
  }
}

async function openShared(options: SqliteOptions, lock: SqliteLock): Promise<Storage> {
  const first = await openPrepared(options.file);
  const writer = 'writer' in options ? await startThread(options, first) : takeHere(options, first);
  const reader = openSqliteConnection(options.file);
  // What is not a decision changes nothing.
  reader.database.pragma('query_only = ON');
  const queue = createDecisionQueue(writer.takeBatch);
  return Object.freeze({
    kind: 'sqlite',
    tables: tablesOn(wordingErrors(reader)),
    decide: queue.decide as Storage['decide'],
    neighbours: Object.freeze({ tell() {}, hear() {} }),
    async close() {
      await queue.close();
      reader.database.close();
      await writer.close();
      lock.release();
    },
  });
}

async function openPrepared(file: string): Promise<SqliteConnection> {
  let connection: SqliteConnection | undefined;
  try {
    connection = openSqliteConnection(file);
    // A table that is rebuilt is dropped: what refers to it must not fall with it. Cannot be said within a transaction.
    connection.database.pragma('foreign_keys = OFF');
    createSqliteTurns(connection.database).begin();
    await migrate(connection, Date.now());
    await beginServerState(connection, randomUUID());
    connection.database.exec('commit');
    connection.database.pragma('foreign_keys = ON');
    return connection;
  } catch (trouble) {
    // Closing undoes what was begun.
    connection?.database.close();
    throw trouble;
  }
}

async function startThread({ writer, file }: { writer: URL; file: string }, first: SqliteConnection) {
  const started = await startSqliteWriter(writer, file);
  first.database.close();
  return started;
}

function takeHere({ decisions }: { decisions: DecisionSet }, first: SqliteConnection) {
  return {
    takeBatch: batchTaker(first, decisions),
    async close() {
      first.database.close();
    },
  };
}
