import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { besideOf } from './beside.ts';
import { syncFolder } from './replace-file.ts';

export type Creation = { mode: number; mayReplace: boolean };

/**
 * Makes a file that is there whole or not at all, on the disk when this returns. Unless it may replace one, a file that is
 * there already is left alone and `EEXIST` thrown, also when it came into being a moment ago.
 */
export function createFile(path: string, text: string, { mode, mayReplace }: Creation): void {
  const beside = besideOf(path);
  try {
    writeSynced(beside, text, mode);
    if (mayReplace) renameSync(beside, path);
    else nameExclusively(beside, path, text, mode);
  } finally {
    rmSync(beside, { force: true });
  }
  syncFolder(dirname(path));
}

function nameExclusively(beside: string, path: string, text: string, mode: number): void {
  try {
    linkSync(beside, path);
  } catch (error) {
    // Some file systems know no second name; there the file may be cut short by a crash, but replaces nothing.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    writeSynced(path, text, mode);
  }
}

function writeSynced(path: string, text: string, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
