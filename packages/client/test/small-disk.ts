import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export type SmallDisk = { readonly path: string; readonly fill: () => void; readonly free: () => void };

/** A file system with room for sixteen pages, until the test has ended. Only root may make one. */
export function mountSmallDisk(): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'remotes-test-disk-'));
  onTestFinished(() => rmdirSync(path));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', path]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', path]));
  const filling = join(path, 'filling');
  return { path, fill: () => fill(filling), free: () => rmSync(filling) };
}

export const canMount = (() => {
  try {
    const inOwnNamespace = ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'];
    execFileSync('unshare', inOwnNamespace, { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (;;) writeSync(file, Buffer.alloc(1024));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
