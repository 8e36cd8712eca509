import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { Connection } from '../../src/storage/connection.ts';
import { sqliteFile } from '../../src/storage/open.ts';
import { postgresConnection } from '../../src/storage/postgres-connection.ts';
import { openSqliteConnection, type SqliteConnection } from '../../src/storage/sqlite-connection.ts';
import type { EmptyDatabase } from '../databases.ts';

/** A connection past the storage, for looking at what is stored and for spoiling it. */
export async function connectTo({ dataFolder, databaseUrl }: EmptyDatabase): Promise<Connection> {
  if (databaseUrl === undefined) return connectToSqlite(dataFolder);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  return postgresConnection((config) => client.query(config));
}

export function connectToSqlite(dataFolder: string): SqliteConnection {
  const connection = openSqliteConnection(sqliteFile(dataFolder));
  onTestFinished(() => {
    connection.database.close();
  });
  return connection;
}
