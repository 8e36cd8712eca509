import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { syncFolder } from '../files/replace-file.ts';
import { ownMark, standingOf } from '../host/process-mark.ts';

export type JournalLock = {
  /** False once somebody took this process for dead, as when it was suspended for long. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
};

/** Who holds the lock instead: a process of this machine, or one that can't be seen from here. */
export type LockHolder = { readonly heldBy: string; readonly isElsewhere: boolean };

/**
 * Takes a folder, made when absent, for this process alone. Each process makes a file with a name of its own and then
 * looks for others: so of two, at least one sees the other, and removing the file of a dead process can never hit that
 * of a living one.
 */
export async function lockFolder(folder: string): Promise<JournalLock | LockHolder> {
  await makeFolder(folder);
  for (;;) {
    const path = join(folder, `${prefix}${ownMark()}-${randomBytes(4).toString('hex')}`);
    await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    const other = await otherHolder(folder, path);
    if (other === undefined) return keep(path);
    await unlink(path);
    if (!other.isNew) return other;
    // Both have just come, and both step back: the one that returns first gets it.
    await delay(20 + Math.random() * 200);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    await syncFolder(dirname(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await chmod(folder, 0o700);
  }
}

const prefix = 'lock-';
const newMs = 1000;
const refreshMs = 10_000;
/** A process that can't be seen from here counts as dead when it has not refreshed its file for so long. */
const staleMs = 3 * refreshMs;

function keep(path: string): JournalLock {
  const refresh = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, refreshMs);
  refresh.unref();
  return {
    isHeld: () =>
      stat(path).then(
        () => true,
        () => false,
      ),
    async release() {
      clearInterval(refresh);
      await unlink(path).catch(() => {});
    },
  };
}

async function otherHolder(
  folder: string,
  own: string,
): Promise<(LockHolder & { isNew: boolean }) | undefined> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!name.startsWith(prefix) || path === own) continue;
    const mark = name.slice(prefix.length, name.lastIndexOf('-'));
    const standing = standingOf(mark);
    const ageMs = await stat(path).then(
      ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs),
      () => undefined,
    );
    if (ageMs === undefined) continue;
    const isElsewhere = standing === 'elsewhere';
    if (standing === 'alive' || (isElsewhere && ageMs < staleMs))
      return { heldBy: mark.split('.')[0] ?? '', isElsewhere, isNew: ageMs < newMs };
    await unlink(path).catch(() => {});
  }
  return undefined;
}
