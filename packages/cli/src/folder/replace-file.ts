import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Puts a file there whole, readable by its owner alone. Written beside and renamed: two commands at once, or one that is
 * killed, never leave half a file.
 */
export function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomUUID()}.new`;
  try {
    writeFileSync(beside, text, { mode: 0o600, flag: 'wx', flush: true });
    // A umask may have taken from the mode, never added to it.
    chmodSync(beside, 0o600);
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}
