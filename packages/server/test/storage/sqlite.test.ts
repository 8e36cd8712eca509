import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isStartProblem } from '../../src/domain/start-problem.ts';
import { openStorage, sqliteFile } from '../../src/storage/open.ts';
import { openNotes, storedNotes } from './notes.ts';
import { connectToSqlite } from './raw-connection.ts';

describe('the SQLite database', () => {
  it('lies in a folder and in files that only their owner can read', async () => {
    const dataFolder = join(freshFolder(), 'deeper', 'data');
    const storage = await openStorage({ dataFolder, databaseUrl: undefined, mode: 'server' });
    onTestFinished(() => storage.close());
    expect(statSync(dataFolder).mode & 0o777).toBe(0o700);
    const modes = readdirSync(dataFolder).map((name) => [
      name,
      (statSync(join(dataFolder, name)).mode & 0o777).toString(8),
    ]);
    expect(Object.fromEntries(modes)).toEqual({
      'remotes.db': '600',
      'remotes.db-lock': '600',
      'remotes.db-shm': '600',
      'remotes.db-wal': '600',
    });
  });

  it('is one file again once everything is closed', async () => {
    const dataFolder = freshFolder();
    const notes = await openNotes({ dataFolder, databaseUrl: undefined }, 'server');
    await notes.decide('note', 'one');
    await notes.close();
    expect(readdirSync(dataFolder).toSorted()).toEqual(['remotes.db', 'remotes.db-lock']);
  });

  it('refuses what is asked after it was closed', async () => {
    const notes = await openNotes({ dataFolder: freshFolder(), databaseUrl: undefined }, 'inline');
    await notes.close();
    await expect(notes.decide('note', 'late')).rejects.toMatchObject({ refused: 'unavailable' });
  });

  it('lets a decision wait until another process has ended its transaction', async () => {
    const dataFolder = freshFolder();
    const notes = await openNotes({ dataFolder, databaseUrl: undefined }, 'server');
    onTestFinished(() => notes.close());
    const other = connectToSqlite(dataFolder).database;
    other.exec('begin immediate');
    let isAnswered = false;
    const asked = notes.decide('note', 'patient').then(() => {
      isAnswered = true;
    });
    expect(await storedNotes(notes.tables)).toEqual([]);
    expect(isAnswered).toBe(false);
    other.exec('commit');
    await asked;
    expect(await storedNotes(notes.tables)).toEqual(['patient']);
  });

  it('is refused with a sentence where the file is something else', async () => {
    const dataFolder = freshFolder();
    writeFileSync(sqliteFile(dataFolder), 'a letter to my aunt, which is long enough to hold a header');
    const trouble = await openNotes({ dataFolder, databaseUrl: undefined }, 'server').catch(
      (thrown) => thrown,
    );
    expect(isStartProblem(trouble)).toBe(true);
    expect(trouble.message).toContain('not an SQLite database');
  });

  it('is refused with a sentence where its folder cannot be', async () => {
    const file = join(freshFolder(), 'file');
    writeFileSync(file, '');
    const options = { dataFolder: join(file, 'data'), databaseUrl: undefined, mode: 'server' } as const;
    const trouble = await openStorage(options).catch((thrown) => thrown);
    expect(isStartProblem(trouble)).toBe(true);
    expect(trouble.message).toMatch(
      /^The data folder .* cannot be made: ENOTDIR.* Name another with --data\.$/,
    );
  });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
