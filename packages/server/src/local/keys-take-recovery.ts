import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { jsonText } from '@remotes/protocol/screen/json-text';
import type { StoreConfig } from '../config.ts';
import { type AdministrationRefusal, isDeclined } from '../domain/administration-refusal.ts';
import { recoveryKeyGone, storedRecoveryKey } from '../domain/recovery-key.ts';
import { startProblem } from '../domain/start-problem.ts';
import { eraseFormerServerState } from '../storage/erase-server-state.ts';
import { sqliteFile } from '../storage/open.ts';
import { localAuthor } from './local-author.ts';
import type { Given } from './local-command.ts';
import { openExistingStore } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';

/** Moves the private recovery key from the database into a new file, and shows it to nobody. */
export async function takeRecoveryKey({ words, isJson, store }: Given): Promise<number> {
  const file = words[0] ?? '';
  const refusal = await moveKey(file, store);
  if (refusal) return showRefusal(refusal, isJson);
  const left = store.databaseUrl === undefined ? eraseOnSqlite(store.dataFolder) : leftOnPostgres;
  if (isJson) {
    console.log(jsonText({ file, is_erased: left === undefined }));
    return 0;
  }
  console.log(`The recovery key is in ${file}, and this server has it no more.`);
  if (left !== undefined) console.log(left);
  console.log(leftInCopies);
  console.log('Keep it offline: who holds it can name a new signing key for this server.');
  return 0;
}

async function moveKey(file: string, store: StoreConfig): Promise<AdministrationRefusal | undefined> {
  const { storage, masterKey } = await openExistingStore(store);
  try {
    const stored = await storedRecoveryKey(storage.tables, masterKey);
    if (!stored) return recoveryKeyGone();
    // On disk before it is forgotten: a key that is nowhere helps nobody.
    await writeNewFile(file, stored.privatePem);
    const answer = await storage.decide('forgetRecoveryKey', {
      sealed: stored.sealed,
      now: Date.now(),
      by: localAuthor(),
    });
    if (!isDeclined(answer)) return undefined;
    await rm(file, { force: true });
    return answer;
  } finally {
    await storage.close();
  }
}

/** What is left of it in the database's files; undefined when nothing is. */
function eraseOnSqlite(dataFolder: string): string | undefined {
  return eraseFormerServerState(sqliteFile(dataFolder)) ? undefined : leftInLog;
}

const leftInLog =
  'Another program is reading the database, so that its log (remotes.db-wal) still holds the key, sealed with the master key. Stop the server and start it again: that removes it.';
const leftOnPostgres =
  'What PostgreSQL keeps of former rows, and its log, still hold it, sealed with the master key: "vacuum full server_state" removes the former.';
const leftInCopies =
  'Copies that were made before now still hold it, sealed with the master key: backups, and what "restore" kept as remotes.db.before-restore-*.';

async function writeNewFile(file: string, text: string): Promise<void> {
  let isMade = false;
  try {
    const handle = await open(file, 'wx', 0o600);
    isMade = true;
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(dirname(file));
  } catch (trouble) {
    if (isMade) await rm(file, { force: true });
    throw startProblem(sentenceOf(file, trouble), trouble);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function sentenceOf(file: string, trouble: unknown): string {
  const { code, message } = trouble as NodeJS.ErrnoException;
  if (code === 'EEXIST') return `${file} is there already: name a new file.`;
  return `${file} cannot be written, and the recovery key stays in the database: ${message}.`;
}
