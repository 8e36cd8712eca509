import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { describe, inject, onTestFinished } from 'vitest';
import type { Tables } from '../src/domain/ports.ts';
import type { Storage } from '../src/domain/storage.ts';
import { type OpenOptions, openStorage, sqliteFile } from '../src/storage/open.ts';
import { openPostgresStorage } from '../src/storage/postgres.ts';
import { openSqliteStorage } from '../src/storage/sqlite.ts';

export type DatabaseKind = Storage['kind'];
export const databaseKinds: readonly DatabaseKind[] = ['sqlite', 'postgres'];

/** A database of its own, without tables yet. The two members after `kind` are options of a server to run on it. */
export type EmptyDatabase = {
  readonly kind: DatabaseKind;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  remove(): Promise<void>;
};

/** A database with this version's schema, open. */
export type OpenDatabase = EmptyDatabase & {
  readonly storage: Storage;
  /** Does this work with all tables in one transaction, around the decisions: for what a test starts from. */
  write<Answer>(work: (tables: Tables) => Promise<Answer>): Promise<Answer>;
  /** Opens it once more, as another process would. */
  openAgain(mode?: OpenOptions['mode']): Promise<Storage>;
};

/** Defines the same tests for either database. `open` is called within a test, and cleans up at its end. */
export function eachDatabase(
  define: (open: (mode?: OpenOptions['mode']) => Promise<OpenDatabase>, kind: DatabaseKind) => void,
): void {
  describe.each(databaseKinds)('on %s', (kind) => {
    define(async (mode) => {
      const database = await openDatabase(kind, mode);
      onTestFinished(database.remove);
      return database;
    }, kind);
  });
}

/** For use outside a test (in `beforeAll`, say): whoever opens it removes it. */
export async function openDatabase(
  kind: DatabaseKind,
  mode: OpenOptions['mode'] = 'inline',
): Promise<OpenDatabase> {
  const database = await createDatabase(kind);
  const opened: Storage[] = [];
  const openAgain = async (as: OpenOptions['mode'] = 'inline') => {
    const storage = await openStorage({ ...database, mode: as });
    opened.push(storage);
    return storage;
  };
  const storage = await openAgain(mode);
  let writing: Promise<Storage> | undefined;
  return {
    ...database,
    storage,
    openAgain,
    async write(work) {
      writing ??= openForWork(database);
      // biome-ignore lint/suspicious/noExplicitAny: the one decision there is takes the work itself
      return ((await writing).decide as any)('work', work);
    },
    async remove() {
      if (writing) opened.push(await writing);
      await Promise.all(opened.map((each) => each.close()));
      await database.remove();
    },
  };
}

/** Makes an empty database; on PostgreSQL in the server that all tests share. */
export async function createDatabase(kind: DatabaseKind): Promise<EmptyDatabase> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'remotes-data-'));
  const removeFolder = () => rmSync(dataFolder, { recursive: true, force: true });
  if (kind === 'sqlite') {
    return { kind, dataFolder, databaseUrl: undefined, remove: async () => removeFolder() };
  }
  const server = await postgresServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    kind,
    dataFolder,
    databaseUrl: url.href,
    async remove() {
      removeFolder();
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

type Work = (tables: Tables) => Promise<unknown>;

function openForWork({ dataFolder, databaseUrl }: EmptyDatabase): Promise<Storage> {
  const decisions = { work: (tables: Tables, work: Work) => work(tables) };
  return databaseUrl === undefined
    ? openSqliteStorage({ file: sqliteFile(dataFolder), decisions })
    : openPostgresStorage(databaseUrl, decisions, {});
}

let knownServer: Promise<string> | undefined;

function postgresServer(): Promise<string> {
  knownServer ??= text(connect(inject('postgresSocket')));
  return knownServer;
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
