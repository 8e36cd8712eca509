import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { startProblem } from '../domain/start-problem.ts';
import { backupSqlite } from '../storage/backup.ts';
import { sqliteFile } from '../storage/open.ts';
import { type Given, localCommand } from './local-command.ts';
import { masterKeyFile } from './master-key.ts';
import { requireDatabase } from './open-store.ts';
import { dumpLine, passwordHint } from './postgres-line.ts';

/** `remotes-server backup`: the database in one file, also while the server runs. */
export const backup = localCommand({
  name: 'backup',
  help: `Usage: remotes-server backup FILE

Writes the database as it is at one moment into FILE, also while the server runs. A file that is there already is left
alone. The master key is not in it: keep secret.key, or REMOTES_SECRET_KEY, in another place, or a restored server can
open none of its secrets and will not start.

On PostgreSQL it makes no backup: it prints the pg_dump line that does, and exits with 1.

  --json               for programs
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server backup /var/backups/remotes-$(date +%F).db
  sh -c "$(remotes-server backup remotes.dump)"      (PostgreSQL)`,
  actions: { '': { takes: ['FILE'], run: makeBackup } },
});

async function makeBackup({ words, isJson, store }: Given): Promise<number> {
  const file = words[0] ?? '';
  if (store.databaseUrl !== undefined) {
    const line = dumpLine(store.databaseUrl, file);
    console.log(isJson ? jsonText({ run: [line] }) : line);
    console.error(
      `No backup was made: on PostgreSQL the line above makes it. ${passwordHint}\n${keyRemark(masterKeyFile(store))}`,
    );
    // A timer that takes this for a backup has none on the day that it is needed.
    return 1;
  }
  requireDatabase(store);
  mustBeWritable(dirname(file));
  backupSqlite(sqliteFile(store.dataFolder), file);
  const bytes = statSync(file).size;
  if (isJson) console.log(jsonText({ file, bytes, holds_master_key: false }));
  else console.log(`Wrote ${file} (${Math.ceil(bytes / 1024)} KiB).\n${keyRemark(masterKeyFile(store))}`);
  return 0;
}

function keyRemark(keyFile: string): string {
  return `The master key is never in a backup: keep ${keyFile}, or REMOTES_SECRET_KEY, in another place.`;
}

function mustBeWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (trouble) {
    const why = (trouble as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be written';
    throw startProblem(`The folder ${folder} ${why}: make it, or name another one.`, trouble);
  }
}
