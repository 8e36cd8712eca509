import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeclined } from '../domain/administration-refusal.ts';
import { recoveryKeyGone, storedRecoveryKey } from '../domain/recovery-key.ts';
import { startProblem } from '../domain/start-problem.ts';
import { jsonText } from './json-text.ts';
import type { Given } from './local-command.ts';
import { openExistingStore } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';

/** Moves the private recovery key from the database into a new file, and shows it to nobody. */
export async function takeRecoveryKey({ words, isJson, store }: Given): Promise<number> {
  const file = words[0] ?? '';
  const { storage, masterKey } = await openExistingStore(store);
  try {
    const stored = await storedRecoveryKey(storage.tables, masterKey);
    if (!stored) return showRefusal(recoveryKeyGone(), isJson);
    // On disk before it is forgotten: a key that is nowhere helps nobody.
    await writeNewFile(file, stored.privatePem);
    const answer = await storage.decide('forgetRecoveryKey', { sealed: stored.sealed });
    if (isDeclined(answer)) {
      await rm(file, { force: true });
      return showRefusal(answer, isJson);
    }
    if (isJson) console.log(jsonText({ file }));
    else {
      console.log(`The recovery key is in ${file}, and nowhere else but in backups made before now.`);
      console.log('Keep it offline: who holds it can name a new signing key for this server.');
    }
    return 0;
  } finally {
    await storage.close();
  }
}

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
