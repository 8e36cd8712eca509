import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type IniDocument, parseIni } from './files/ini.ts';
import { replaceFile, tryReplacing } from './files/replace-file.ts';
import { type Trouble, trouble } from './trouble.ts';

/** The one file in which a host keeps what it knows, readable and writable for v1 clients too. */
export type SettingsFile = {
  readonly path: string;
  /** The value; empty ones count as missing. */
  readonly get: (section: string, key: string) => string | undefined;
  /** Whether the section stands there, be it empty. */
  readonly has: (section: string) => boolean;
  /** Whether somebody else has written the file since it was read or written here; also when it can't be read now. */
  readonly isOutdated: () => boolean;
  /** Takes these values on, or drops those that are undefined, in memory only. */
  readonly stage: (changes: readonly SettingsChange[]) => void;
  /** The same, and writes what was staged too. An unchanged file is not touched. */
  readonly change: (changes: readonly SettingsChange[]) => void;
  /** Throws a trouble when `change` would. */
  readonly tryChanging: () => void;
};

export type SettingsChange = readonly [section: string, key: string, value: string | undefined];

/** An absent file counts as an empty one. `notice` is told what is wrong with the file and can be lived with. */
export function openSettingsFile(givenPath: string, notice: (sentence: string) => void): SettingsFile {
  const path = resolve(givenPath);
  let written = readText(path);
  const document = usable(path, parseIni(written ?? ''));
  for (const { line, sentence } of document.problems)
    notice(`the settings file ${path}, line ${line}, ${sentence}; a v1 client dies on that`);

  const stage = (changes: readonly SettingsChange[]) => {
    for (const [section, key, value] of changes) {
      if (value === undefined) document.remove(section, key);
      else document.set(section, key, oneLine(key, value));
    }
  };

  return Object.freeze({
    path,
    get: (section: string, key: string) => document.get(section, key) || undefined,
    has: (section: string) => document.sections().includes(section),
    isOutdated() {
      try {
        return readText(path) !== written;
      } catch {
        return true;
      }
    },
    stage,
    change(changes: readonly SettingsChange[]) {
      stage(changes);
      const text = document.toText();
      if (text === (written ?? '')) return;
      orUnwritable(path, () => replaceFile(path, text));
      written = text;
    },
    tryChanging: () => orUnwritable(path, () => tryReplacing(path)),
  });
}

function readText(path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') throw trouble('settings', `${path} is a folder: --settings names a file`);
    throw trouble('settings', `the settings file ${path} can't be read (${code})`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw corrupt(path, 'is not text in UTF-8');
  }
}

function usable(path: string, document: IniDocument): IniDocument {
  const fatal = document.problems.find(({ isFatal }) => isFatal);
  if (fatal !== undefined) throw corrupt(path, `is no settings file: line ${fatal.line} ${fatal.sentence}`);
  return document;
}

function corrupt(path: string, what: string): Trouble {
  return trouble('settings', `${path} ${what}. Mend it or name another file; it was left as it is`);
}

/** A value of the server's that would write lines of its own into the file is none. */
function oneLine(key: string, value: string): string {
  if (value === value.trim() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return value;
  throw trouble('answer', `the server's value for ${key} can't be kept in a settings file`);
}

function orUnwritable(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): Trouble {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === 'ENOENT')
    return trouble(
      'settings',
      `the folder ${dirname(path)} does not exist: make it first, or name another settings file`,
    );
  if (code === 'EISDIR') return trouble('settings', `${path} is a folder: --settings names a file`);
  return trouble('settings', `the settings file ${path} can't be written (${code}): nothing was changed`);
}
