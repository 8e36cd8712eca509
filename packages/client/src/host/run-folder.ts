import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownMark, standingOf } from './process-mark.ts';

const prefix = 'remotes-run-';

/** Makes the folder (0700) that one run has for itself. */
export function makeRunFolder(temporaryFolder: string = tmpdir()): Promise<string> {
  return mkdtemp(join(temporaryFolder, `${prefix}${ownMark()}-`));
}

/** Removes a run's folder with all that the program put there; the answer is a sentence when that failed. */
export async function removeRunFolder(path: string): Promise<string | undefined> {
  try {
    await remove(path).catch(async () => {
      // What the program made read-only is this user's all the same.
      await openUp(path);
      await remove(path);
    });
    return undefined;
  } catch (error) {
    return `The run's folder ${path} could not be removed: ${(error as Error).message}.`;
  }
}

/**
 * Removes the run folders of clients that were killed before they could do so themselves: programs and their inputs
 * lie there in the clear. To be called at start, by whoever will execute programs.
 */
export async function removeAbandonedFolders(temporaryFolder: string = tmpdir()): Promise<void> {
  const names = await readdir(temporaryFolder).catch(() => []);
  for (const name of names) {
    const mark = name.startsWith(prefix) ? name.slice(prefix.length, name.lastIndexOf('-')) : '';
    const path = join(temporaryFolder, name);
    if (standingOf(mark) === 'dead' && (await isOwnFolder(path))) await removeRunFolder(path);
  }
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
  }
}

// In a folder that everybody may write to, a name proves nothing.
async function isOwnFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}
