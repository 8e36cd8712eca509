import { randomBytes } from 'node:crypto';
import { link, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './replace-file.ts';

export type Creation = { mode: number; mayReplace: boolean };

/**
 * Makes a file that is there whole or not at all, on the disk when this returns. Unless it may replace one, a file that is
 * there already is left alone and `EEXIST` thrown, also when it came into being a moment ago.
 */
export async function createFile(path: string, text: string, { mode, mayReplace }: Creation): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.new`);
  try {
    await writeSynced(beside, text, mode);
    if (mayReplace) await rename(beside, path);
    else await nameExclusively(beside, path, text, mode);
  } finally {
    await unlink(beside).catch(() => {});
  }
  await syncFolder(dirname(path));
}

async function nameExclusively(beside: string, path: string, text: string, mode: number): Promise<void> {
  try {
    await link(beside, path);
  } catch (error) {
    // Some file systems know no second name; there the file may be cut short by a crash, but replaces nothing.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeSynced(path, text, mode);
  }
}

async function writeSynced(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
