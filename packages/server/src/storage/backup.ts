import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { startProblem } from '../domain/start-problem.ts';
import { translateOpenError } from './errors.ts';
import { createPrivateFile } from './sqlite-connection.ts';
import { shareSqliteFile } from './sqlite-lock.ts';

/**
 * Writes a copy of the database as it is at one moment, while a server goes on using it. The copy is on disk when this
 * returns; a file that is there already is never touched.
 */
export function backupSqlite(file: string, to: string): void {
  if (!existsSync(file)) throw startProblem(`There is no database at ${file}.`);
  if (existsSync(to)) throw startProblem(`${to} is there already: name another file.`);
  const unfinished = `${to}.unfinished`;
  rmSync(unfinished, { force: true });
  const lock = shareSqliteFile(file);
  try {
    copyDatabase(file, unfinished);
    syncToDisk(unfinished);
    if (existsSync(to)) throw startProblem(`${to} is there already: name another file.`);
    renameSync(unfinished, to);
    syncToDisk(dirname(to));
  } catch (trouble) {
    rmSync(unfinished, { force: true });
    throw translateOpenError(trouble);
  } finally {
    lock.release();
  }
}

/** One read transaction: writers go on beside it, and none of what they write comes in. */
function copyDatabase(file: string, to: string): void {
  createPrivateFile(to);
  const database = new Database(file, { fileMustExist: true });
  try {
    database.prepare('vacuum into ?').run(to);
  } finally {
    database.close();
  }
}

/** Copies a file that no process has open, mode 0600. */
export function copyPrivately(from: string, to: string): void {
  rmSync(to, { force: true });
  createPrivateFile(to);
  copyFileSync(from, to);
  syncToDisk(to);
}

/** Only for files that this process has not open through SQLite: closing one drops all its locks (POSIX). */
export function syncToDisk(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
