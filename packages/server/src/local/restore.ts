import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { jsonText } from '@remotes/protocol/screen/json-text';
import type { StoreConfig } from '../config.ts';
import { opensSigningKey } from '../domain/server-keys.ts';
import { isStartProblem, startProblem } from '../domain/start-problem.ts';
import { makeDataFolder } from '../storage/data-folder.ts';
import { sqliteFile } from '../storage/open.ts';
import { restoreSqlite } from '../storage/restore.ts';
import { localAuthor } from './local-author.ts';
import { type Given, localCommand } from './local-command.ts';
import { masterKeyAtHand } from './master-key.ts';
import { openStore } from './open-store.ts';
import { passwordHint, restoreLines } from './postgres-line.ts';
import { restoredRemark } from './restored-remark.ts';

/** `remotes-server restore`: puts a backup in the place of the database. */
export const restore = localCommand({
  name: 'restore',
  help: `Usage: remotes-server restore FILE [--yes]

Puts a backup in the place of the database, while no server runs. The former database is kept beside it. Afterwards
nothing is offered to any host until "remotes-server resume": a backup is older than what hosts have run since, and
hosts of the v1 protocol cannot be asked about that.

On PostgreSQL it restores nothing: it prints the pg_restore line that does, and what to run after it, and exits with 1.

  --yes                replace the database that is there now
  --json               for programs
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Example:
  remotes-server restore /var/backups/remotes-2026-11-23.db --yes`,
  actions: { '': { takes: ['FILE'], options: { yes: { type: 'boolean' } }, run: putBack } },
});

async function putBack({ values, words, isJson, store }: Given): Promise<number> {
  const file = words[0] ?? '';
  if (store.databaseUrl !== undefined) {
    const lines = restoreLines(store.databaseUrl, file);
    console.log(isJson ? jsonText({ run: lines }) : lines.join('\n'));
    console.error(
      `Nothing was restored: on PostgreSQL the lines above do it. Stop every server first. ${passwordHint}\n${pauseRemark}`,
    );
    return 1;
  }
  mustBeReadable(file);
  const database = sqliteFile(store.dataFolder);
  if (existsSync(database) && values.yes !== true) {
    throw startProblem(
      `There is a database in ${store.dataFolder} already: to put ${file} in its place, and keep it beside, say --yes.`,
    );
  }
  makeDataFolder(store.dataFolder);
  const masterKey = await masterKeyAtHand(store);
  const isOpened = (sealed: string) => masterKey === undefined || opensSigningKey(masterKey, sealed);
  const { keptAs } = await restoreSqlite(file, database, localAuthor(), isOpened);
  if (isJson) console.log(jsonText({ restored: file, former_database: keptAs ?? null, is_paused: true }));
  else {
    const kept = keptAs === undefined ? '' : ` The former database is ${keptAs}.`;
    console.log(`Restored ${file}.${kept}\n${pauseRemark}`);
  }
  const keyTrouble = await troubleWithKey(store);
  if (keyTrouble !== undefined) console.error(keyTrouble);
  return 0;
}

const pauseRemark =
  'Nothing is offered to any host until "remotes-server resume": since the backup was made hosts may have run commands ' +
  `that it does not know of, and those of the v1 protocol cannot be asked.\n${restoredRemark}`;

/** A backup comes without its key: the best time to notice that it is missing is now. */
async function troubleWithKey(store: StoreConfig): Promise<string | undefined> {
  try {
    const { storage } = await openStore(store);
    await storage.close();
    return undefined;
  } catch (trouble) {
    if (isStartProblem(trouble)) return trouble.message;
    throw trouble;
  }
}

function mustBeReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch (trouble) {
    const isMissing = (trouble as NodeJS.ErrnoException).code === 'ENOENT';
    throw startProblem(
      isMissing ? `There is no file ${file}.` : `${file} cannot be read: check who owns it.`,
      trouble,
    );
  }
  if (!statSync(file).isFile()) throw startProblem(`${file} is not a file.`);
}
