import { join } from 'node:path';
import { decisions, reaches } from '../domain/decisions.ts';
import type { Storage } from '../domain/storage.ts';
import { makeDataFolder } from './data-folder.ts';
import { openPostgresStorage } from './postgres.ts';
import { openSqliteStorage } from './sqlite.ts';

export type OpenOptions = {
  /** Where the SQLite file lies; made with mode 0700 where it isn't there yet. */
  readonly dataFolder: string;
  /** A `postgres://` URL; undefined: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  /** `server`: writes in a thread of its own. `inline`: for programs that decide little and end. */
  readonly mode: 'server' | 'inline';
};

/** Opens the database, at its first start a new one, with the schema of this version. */
export async function openStorage({ dataFolder, databaseUrl, mode }: OpenOptions): Promise<Storage> {
  if (databaseUrl !== undefined) return openPostgresStorage(databaseUrl, decisions, reaches);
  makeDataFolder(dataFolder);
  const file = sqliteFile(dataFolder);
  return openSqliteStorage(mode === 'server' ? { file, writer: writerProgram() } : { file, decisions });
}

/** The SQLite file of a server whose data lies in this folder. */
export function sqliteFile(dataFolder: string): string {
  return join(dataFolder, 'remotes.db');
}

/** Run from source it has the source's ending, from the package that of the build. */
function writerProgram(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../writer.ts' : '../writer.js', import.meta.url);
}
