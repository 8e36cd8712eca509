import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Author } from '../domain/operators/actor.ts';
import { becomeAnotherStore } from '../domain/restored-store.ts';
import { startProblem } from '../domain/start-problem.ts';
import { copyPrivately, syncToDisk } from './backup.ts';
import { translateOpenError } from './errors.ts';
import { migrate } from './migrate.ts';
import { openSqliteConnection, type SqliteConnection } from './sqlite-connection.ts';
import { claimSqliteFile } from './sqlite-lock.ts';
import { tablesOn } from './tables.ts';

/**
 * Puts a backup in the place of the database, if it `isOpened` by the master key. Answers under which name the former one was kept. From then on it is
 * another store, and it is paused: hosts may have run more than the backup knows of.
 */
export async function restoreSqlite(
  from: string,
  file: string,
  by: Author,
  isOpened: (sealedSigningKey: string) => boolean = () => true,
): Promise<{ keptAs: string | undefined }> {
  if (!existsSync(from)) throw startProblem(`There is no file ${from}.`);
  const lock = claimSqliteFile(file);
  const incoming = `${file}.restoring`;
  try {
    copyPrivately(from, incoming);
    await makeReady(from, incoming, by, isOpened);
    syncToDisk(incoming);
    const keptAs = existsSync(file) ? keepFormer(file) : undefined;
    renameSync(incoming, file);
    syncToDisk(dirname(file));
    return { keptAs };
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(incoming + suffix, { force: true });
    lock.release();
  }
}

/** Looks whether it is a sound database of ours, and of a version that this program knows. */
async function makeReady(
  from: string,
  incoming: string,
  by: Author,
  isOpened: (sealedSigningKey: string) => boolean,
): Promise<void> {
  let connection: SqliteConnection | undefined;
  try {
    connection = openSqliteConnection(incoming);
    const { database } = connection;
    if (database.pragma('integrity_check', { simple: true }) !== 'ok') {
      throw startProblem(`${from} is damaged: take another backup.`);
    }
    if (!isOurs(database)) throw startProblem(`${from} is not a backup of a Remotes database.`);
    database.exec('begin immediate');
    const now = Date.now();
    await migrate(connection, now);
    const tables = tablesOn(connection);
    const { signingPrivateSealed: sealed } = await tables.server.read();
    if (sealed !== null && !isOpened(sealed)) {
      throw startProblem(
        `The master key that is here does not open ${from}: put the secret.key file, or the REMOTES_SECRET_KEY, that it was made with in its place. Nothing was changed.`,
      );
    }
    await becomeAnotherStore(tables, { storeId: randomUUID(), now });
    await tables.server.setPaused(true);
    await tables.audit.note({ at: now, by, action: 'server.restore', subject: 'server' });
    database.exec('commit');
    // One file again, without a log beside it.
    database.pragma('journal_mode = DELETE');
  } catch (trouble) {
    throw worded(from, trouble);
  } finally {
    connection?.database.close();
  }
}

function isOurs(database: Database.Database): boolean {
  const found = database
    .prepare("select count(*) from sqlite_schema where name in ('migrations', 'server_state')")
    .pluck()
    .get();
  return found === 2;
}

function worded(from: string, trouble: unknown): unknown {
  const code = trouble instanceof Error && 'code' in trouble ? trouble.code : undefined;
  if (code === 'SQLITE_NOTADB')
    return startProblem(`${from} is not a backup of a Remotes database.`, trouble);
  if (code === 'SQLITE_CORRUPT') return startProblem(`${from} is damaged: take another backup.`, trouble);
  return translateOpenError(trouble);
}

/** The former database stays in its place until the restored one takes it, so that no crash leaves none. */
function keepFormer(file: string): string {
  foldLog(file);
  const keptAs = freeName(
    `${file}.before-restore-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`,
  );
  // A log that is left belongs to the former database: beside another one it would spoil it.
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${keptAs}-wal`);
  rmSync(`${file}-shm`, { force: true });
  try {
    linkSync(file, keptAs);
  } catch {
    // Not every file system has links.
    copyPrivately(file, keptAs);
  }
  return keptAs;
}

/** Writes what the log holds into the database itself; a damaged one is kept as it is. */
function foldLog(file: string): void {
  try {
    const database = new Database(file);
    try {
      database.pragma('journal_mode = DELETE');
    } finally {
      database.close();
    }
  } catch {}
}

function freeName(wanted: string): string {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}-${count}`;
    if (!existsSync(name)) return name;
  }
}
