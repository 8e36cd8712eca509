import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isRefusal } from '@remotes/protocol/errors';
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
  const { left, failure } = eraseTraces(store);
  if (failure !== undefined) console.error(failure);
  if (refusal) return showRefusal(refusal, isJson);
  const status = failure === undefined ? 0 : 1;
  if (isJson) {
    console.log(jsonText({ file, is_erased: left === undefined && failure === undefined }));
    return status;
  }
  console.log(`The recovery key is in ${file}, and this server has it no more.`);
  if (left !== undefined) console.log(left);
  console.log(leftInCopies);
  console.log('Keep it offline: who holds it can name a new signing key for this server.');
  return status;
}

async function moveKey(file: string, store: StoreConfig): Promise<AdministrationRefusal | undefined> {
  const { storage, masterKey } = await openExistingStore(store);
  try {
    const stored = await storedRecoveryKey(storage.tables, masterKey);
    if (!stored) return recoveryKeyGone();
    // On disk before it is forgotten: a key that is nowhere helps nobody.
    await writeNewFile(file, stored.privatePem);
    const taken = { sealed: stored.sealed, now: Date.now(), by: localAuthor() };
    const answer = await storage.decide('forgetRecoveryKey', taken).catch(async (trouble: unknown) => {
      if (await storedRecoveryKey(storage.tables, masterKey)) await rm(file, { force: true });
      throw trouble;
    });
    if (!isDeclined(answer)) return undefined;
    await rm(file, { force: true });
    return answer;
  } finally {
    await storage.close();
  }
}

type Traces = {
  /** What is left of it in the database's files; undefined when nothing is. */
  readonly left?: string | undefined;
  /** Why they could not be looked for. */
  readonly failure?: string | undefined;
};

/** Also where the key was taken before: that is the way to erase what could not be erased then. */
function eraseTraces({ databaseUrl, dataFolder }: StoreConfig): Traces {
  if (databaseUrl !== undefined) return { left: leftOnPostgres };
  try {
    return eraseFormerServerState(sqliteFile(dataFolder)) ? {} : { left: leftInLog };
  } catch (trouble) {
    const why = isRefusal(trouble) ? trouble.sentence : `${(trouble as Error).message}.`;
    return { failure: `${notErased} ${why} ${eraseLater}` };
  }
}

const notErased =
  'The database has forgotten the recovery key, but what its files held before, sealed with the master key, could not be erased.';
const eraseLater =
  'Then run "remotes-server keys take-recovery FILE" again: it finds no key, and erases the rest.';

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
