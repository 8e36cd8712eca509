import { closeSync, existsSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Connection, Parameters, Statement } from './connection.ts';

export type SqliteConnection = Connection & {
  readonly database: Database.Database;
};

/** How long a connection waits for another one's lock, in milliseconds. */
const busyTimeoutMs = 5_000;

/** Opens the file, made with mode 0600 where it isn't there yet, so that a commit is on disk when it is answered. */
export function openSqliteConnection(file: string): SqliteConnection {
  createPrivateFile(file);
  const database = new Database(file, { timeout: busyTimeoutMs });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // In pages, 16 MiB of them: folding the log in more seldom means writing busy pages less often.
  database.pragma('wal_autocheckpoint = 4096');
  // Up to 32 MiB of pages, given in KiB: enough for what is looked at again and again of a long history.
  database.pragma('cache_size = -32768');
  return Object.freeze({ database, ...sqliteConnection(database) });
}

/** Makes it empty and mode 0600. Never opens a file that exists: closing it again would drop the locks that this process holds on it (POSIX). */
export function createPrivateFile(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
}

function sqliteConnection(database: Database.Database): Connection {
  const cache = new Map<string, Database.Statement>();
  const prepare = ({ name, text }: Statement): Database.Statement => {
    const known = cache.get(text);
    if (known) return known;
    const statement = database.prepare(text);
    if (name !== undefined) cache.set(text, statement);
    return statement;
  };
  return {
    kind: 'sqlite',
    async all<Row>(statement: Statement, parameters: Parameters) {
      const ready = prepare(statement);
      if (ready.reader) return ready.all(parameters) as Row[];
      ready.run(parameters);
      return [];
    },
    async first<Row>(statement: Statement, parameters: Parameters) {
      return prepare(statement).get(parameters) as Row | undefined;
    },
    async run(statement, parameters) {
      return prepare(statement).run(parameters).changes;
    },
  };
}
