import { setTimeout as delay } from 'node:timers/promises';
import type { Tables } from '../../src/domain/ports.ts';
import type { DecisionSet } from '../../src/storage/connection.ts';
import { sqliteFile } from '../../src/storage/open.ts';
import { openPostgresStorage } from '../../src/storage/postgres.ts';
import { openSqliteStorage } from '../../src/storage/sqlite.ts';

/** Decisions about notes, which are settings: small ones, and ones that go wrong. */
export const noteDecisions = {
  async note(tables: Tables, name: string) {
    await put(tables, name, '');
    return name;
  },
  async noteAndFail(tables: Tables, name: string) {
    await put(tables, name, '');
    throw new Error(`"${name}" was not meant to last`);
  },
  /** Looks first and writes then. */
  async count(tables: Tables, name: string) {
    const former = (await tables.settings.list()).find((setting) => setting.name === name);
    const value = Number(former?.value ?? 0) + 1;
    await put(tables, name, String(value));
    return value;
  },
  /** Gives way in the middle, as no decision should. */
  async noteSlowly(tables: Tables, name: string) {
    const before = (await tables.settings.list()).length;
    await delay(5);
    await put(tables, name, '');
    return (await tables.settings.list()).length - before;
  },
  /** Answers whether the tables are the very ones that the last call of it was given. */
  async areTablesTheSame(tables: Tables, _: null) {
    const isSame = lastTables === tables;
    lastTables = tables;
    return isSame;
  },
  /** A bug that no decision survives: the thread dies of it. */
  async die() {
    setImmediate(() => {
      throw new Error('struck by lightning');
    });
    await new Promise(() => {});
  },
} satisfies DecisionSet;

let lastTables: Tables | undefined;

function put(tables: Tables, name: string, value: string): Promise<void> {
  return tables.settings.put({ name, value, description: '', isSecret: false, isActive: true });
}

type NoteDecisions = typeof noteDecisions;
type Note = keyof NoteDecisions;

/** A storage as the notes see it. */
export type NoteStorage = {
  readonly tables: Tables;
  decide<Name extends Note>(
    name: Name,
    input: Parameters<NoteDecisions[Name]>[1],
  ): Promise<Awaited<ReturnType<NoteDecisions[Name]>>>;
  close(): Promise<void>;
};

type Place = { readonly dataFolder: string; readonly databaseUrl: string | undefined };

export async function openNotes(place: Place, mode: 'server' | 'inline'): Promise<NoteStorage> {
  if (place.databaseUrl !== undefined) {
    return (await openPostgresStorage(place.databaseUrl, noteDecisions, {})) as unknown as NoteStorage;
  }
  const file = sqliteFile(place.dataFolder);
  const writer = new URL('./programs/writer-of-notes.ts', import.meta.url);
  const options = mode === 'server' ? { file, writer } : { file, decisions: noteDecisions };
  return (await openSqliteStorage(options)) as unknown as NoteStorage;
}

/** The names of all notes that are stored. */
export async function storedNotes(tables: Tables): Promise<string[]> {
  return (await tables.settings.list()).map((setting) => setting.name);
}
