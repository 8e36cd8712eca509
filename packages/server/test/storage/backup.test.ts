import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { backupSqlite } from '../../src/storage/backup.ts';
import { sqliteFile } from '../../src/storage/open.ts';
import { restoreSqlite } from '../../src/storage/restore.ts';
import { createDatabase, type EmptyDatabase } from '../databases.ts';
import { tester } from '../domain/tester.ts';
import { type NoteStorage, openNotes, storedNotes } from './notes.ts';
import { startProgram } from './program.ts';
import { connectToSqlite } from './raw-connection.ts';

describe('a backup', () => {
  it('is taken while a server writes, and holds what was stored when it began', async () => {
    const { database, file, to } = await freshDatabase();
    const program = startProgram('note-without-end', 'live', database.dataFolder);
    await program.untilLines(200);
    backupSqlite(file, to);
    program.kill();
    const { lines } = await program.ended;
    await restoreSqlite(to, file, tester);
    const restored = new Set(await readNotes(database));
    expect(lines.slice(0, 200).filter((note) => !restored.has(note))).toEqual([]);
  });

  it('can be read by its owner only, and leaves nothing else behind', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'one');
    backupSqlite(file, to);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(existsSync(`${to}.unfinished`)).toBe(false);
    expect(existsSync(`${to}-wal`)).toBe(false);
  });

  it('never overwrites a file', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'one');
    writeFileSync(to, 'precious');
    expect(() => backupSqlite(file, to)).toThrow(`${to} is there already: name another file.`);
    expect(readFileSync(to, 'utf8')).toBe('precious');
  });

  it('says so where there is no database', async () => {
    const { file, to } = await freshDatabase();
    expect(() => backupSqlite(file, to)).toThrow(`There is no database at ${file}.`);
    expect(existsSync(to)).toBe(false);
  });
});

describe('a restore', () => {
  it('brings back what the backup holds, as another store that is paused', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    const before = await readServer(database);
    backupSqlite(file, to);
    await writeNotes(database, 'later');
    await restoreSqlite(to, file, tester);
    expect(await readNotes(database)).toEqual(['kept']);
    const after = await readServer(database);
    expect(after.storeId).not.toBe(before.storeId);
    expect(after.isPaused).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.restoring`)).toBe(false);
  });

  it('keeps the former database beside it, whole', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    backupSqlite(file, to);
    await writeNotes(database, 'later');
    const { keptAs } = await restoreSqlite(to, file, tester);
    expect(keptAs).toMatch(/remotes\.db\.before-restore-\d{14}$/);
    await restoreSqlite(keptAs ?? '', file, tester);
    expect((await readNotes(database)).toSorted()).toEqual(['kept', 'later']);
  });

  it('leaves the backup as it was', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    backupSqlite(file, to);
    const bytes = readFileSync(to);
    await restoreSqlite(to, file, tester);
    expect(readFileSync(to).equals(bytes)).toBe(true);
  });

  it('is refused while a server of another process holds the database', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    backupSqlite(file, to);
    const program = startProgram('note-without-end', 'live', database.dataFolder);
    await program.untilLines(1);
    await expect(restoreSqlite(to, file, tester)).rejects.toThrow(`${file} is in use: stop remotes-server`);
    program.kill();
    await program.ended;
    await restoreSqlite(to, file, tester);
    expect(await readNotes(database)).toEqual(['kept']);
  });

  it('works where there is no database yet', async () => {
    const source = await freshDatabase();
    await writeNotes(source.database, 'kept');
    backupSqlite(source.file, source.to);
    const { database, file } = await freshDatabase();
    expect(await restoreSqlite(source.to, file, tester)).toEqual({ keptAs: undefined });
    expect(await readNotes(database)).toEqual(['kept']);
  });

  it('replaces a database that is damaged beyond opening', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    backupSqlite(file, to);
    writeFileSync(file, 'not a database at all, and never will be one');
    await restoreSqlite(to, file, tester);
    expect(await readNotes(database)).toEqual(['kept']);
  });

  it('refuses what is no backup of ours, and touches nothing', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    writeFileSync(to, 'a letter to my aunt, which is long enough to hold a header');
    await expect(restoreSqlite(to, file, tester)).rejects.toThrow('is not a backup of a Remotes database');
    expect(await readNotes(database)).toEqual(['kept']);
  });

  it('refuses a backup that was cut short', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    backupSqlite(file, to);
    truncateSync(to, statSync(to).size - 8192);
    await expect(restoreSqlite(to, file, tester)).rejects.toThrow('is damaged: take another backup');
    expect(await readNotes(database)).toEqual(['kept']);
  });

  it('refuses a backup of a newer version', async () => {
    const { database, file, to } = await freshDatabase();
    await writeNotes(database, 'kept');
    const connection = connectToSqlite(database.dataFolder);
    connection.database.exec("insert into migrations values (999, '0999-from-the-future', 0)");
    backupSqlite(file, to);
    connection.database.exec('delete from migrations where number = 999');
    await expect(restoreSqlite(to, file, tester)).rejects.toThrow('written by a newer version');
    expect(await readNotes(database)).toEqual(['kept']);
  });
});

async function freshDatabase() {
  const database = await createDatabase('sqlite');
  onTestFinished(database.remove);
  return { database, file: sqliteFile(database.dataFolder), to: join(database.dataFolder, 'backup.db') };
}

async function withNotes<Answer>(
  database: EmptyDatabase,
  work: (notes: NoteStorage) => Promise<Answer>,
): Promise<Answer> {
  const notes = await openNotes(database, 'inline');
  try {
    return await work(notes);
  } finally {
    await notes.close();
  }
}

function writeNotes(database: EmptyDatabase, ...names: readonly string[]) {
  return withNotes(database, async (notes) => {
    for (const name of names) await notes.decide('note', name);
  });
}

function readNotes(database: EmptyDatabase) {
  return withNotes(database, ({ tables }) => storedNotes(tables));
}

function readServer(database: EmptyDatabase) {
  return withNotes(database, ({ tables }) => tables.server.read());
}
