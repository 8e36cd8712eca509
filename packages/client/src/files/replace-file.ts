// Synchronous throughout: `node:fs/promises` would cost each start of the client more than these few calls take.
import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { besideOf } from './beside.ts';

/**
 * Puts `text` in the place of the file: written beside, synced, renamed, so that a reader or a power cut finds the old
 * text or the new one. Symbolic links are followed. Where nothing can be put beside the file or over it (a bind mount, a
 * folder of somebody else), the file is written in place. Ends with mode 0600.
 */
export function replaceFile(path: string, text: string): void {
  const target = followLinks(path);
  const beside = besideOf(target);
  try {
    writeNew(beside, text, ownerOf(target));
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    if (!isInTheWay(error)) throw error;
    writeInPlace(target, text);
    return;
  }
  syncFolder(dirname(target));
}

/** Throws what replacing the file would throw, and leaves everything as it was. */
export function tryReplacing(path: string): void {
  const target = followLinks(path);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw Object.assign(new Error(`${target} is a folder`), { code: 'EISDIR' });
  const beside = besideOf(target);
  try {
    closeSync(openSync(beside, 'wx', 0o600));
    rmSync(beside);
  } catch (error) {
    if (!isInTheWay(error)) throw error;
    closeSync(openSync(target, 'r+'));
  }
}

/** Makes sure that a file's name is on the disk, not only its content. Windows can't and needn't. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') withFile(folder, 'r', fsyncSync);
}

function isInTheWay(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['EBUSY', 'EXDEV', 'EPERM', 'EACCES', 'EROFS'].includes(code);
}

type Owner = { uid: number; gid: number };

function writeNew(path: string, text: string, owner: Owner | undefined): void {
  withFile(path, 'wx', (file) => {
    writeFileSync(file, text);
    fsyncSync(file);
  });
  // A file that root renews stays its owner's.
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
}

function ownerOf(path: string): Owner | undefined {
  const old = statSync(path, { throwIfNoEntry: false });
  if (old === undefined || process.geteuid === undefined) return undefined;
  return old.uid === process.geteuid() ? undefined : { uid: old.uid, gid: old.gid };
}

function writeInPlace(path: string, text: string): void {
  withFile(path, 'r+', (file) => {
    const old = readFileSync(file);
    try {
      overwrite(file, Buffer.from(text));
    } catch (error) {
      // A full disk must not cost the old text.
      overwrite(file, old);
      throw error;
    }
    // Another's file that we may write to keeps its mode.
    if (process.geteuid === undefined || ownerOf(path) === undefined) fchmodSync(file, 0o600);
  });
}

function overwrite(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, written);
  ftruncateSync(file, bytes.length);
  fsyncSync(file);
}

function withFile(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}

/** The file at the end of the links, which need not exist. */
function followLinks(path: string): string {
  let target = resolve(path);
  for (let hops = 0; hops < 40; hops++) {
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw Object.assign(new Error(`${path} is a loop of symbolic links`), { code: 'ELOOP' });
}
