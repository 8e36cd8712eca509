import { randomBytes } from 'node:crypto';
import { chown, type FileHandle, lstat, open, readlink, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Puts `text` in the place of the file: written beside, synced, renamed, so that a reader or a power cut finds the old
 * text or the new one. Symbolic links are followed. Where nothing can be put beside the file or over it (a bind mount, a
 * folder of somebody else), the file is written in place. Ends with mode 0600.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = await followLinks(path);
  const beside = besideOf(target);
  try {
    await writeNew(beside, text, await ownerOf(target));
    await rename(beside, target);
  } catch (error) {
    await unlink(beside).catch(() => {});
    if (!isInTheWay(error)) throw error;
    await writeInPlace(target, text);
    return;
  }
  await syncFolder(dirname(target));
}

/** Throws what writing the file would throw, and leaves everything as it was. */
export async function tryReplacing(path: string): Promise<void> {
  const target = await followLinks(path);
  const beside = besideOf(target);
  if ((await stat(target).catch(() => undefined))?.isDirectory())
    throw Object.assign(new Error(`${target} is a folder`), { code: 'EISDIR' });
  try {
    await (await open(beside, 'wx', 0o600)).close();
    await unlink(beside);
  } catch (error) {
    if (!isInTheWay(error)) throw error;
    await (await open(target, 'r+')).close();
  }
}

/** Makes sure that a file's name is on the disk, not only its content. Windows can't and needn't. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function isInTheWay(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EBUSY', 'EXDEV', 'EPERM', 'EACCES', 'EROFS'].includes(code);
}

function besideOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.new`);
}

async function writeNew(
  path: string,
  text: string,
  owner: { uid: number; gid: number } | undefined,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  // A file that root renews stays its owner's.
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  const old = await stat(path).catch(() => undefined);
  if (old === undefined || process.geteuid === undefined) return undefined;
  return old.uid === process.geteuid() ? undefined : { uid: old.uid, gid: old.gid };
}

async function writeInPlace(path: string, text: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const old = await file.readFile();
    try {
      await overwrite(file, Buffer.from(text));
    } catch (error) {
      // A full disk must not cost the old text.
      await overwrite(file, old).catch(() => {});
      throw error;
    }
    await file.chmod(0o600).catch(() => {});
  } finally {
    await file.close();
  }
}

async function overwrite(file: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, written)).bytesWritten;
  }
  await file.truncate(bytes.length);
  await file.sync();
}

/** The file at the end of the links, which need not exist. */
async function followLinks(path: string): Promise<string> {
  let target = resolve(path);
  for (let hops = 0; hops < 40; hops++) {
    const entry = await lstat(target).catch(() => undefined);
    if (!entry?.isSymbolicLink()) return target;
    target = resolve(dirname(target), await readlink(target));
  }
  throw Object.assign(new Error(`${path} is a loop of symbolic links`), { code: 'ELOOP' });
}
