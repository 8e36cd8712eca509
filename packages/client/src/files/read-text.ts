import { readFileSync } from 'node:fs';
import { trouble } from '../trouble.ts';

/** A file's text; a trouble that says which file it is when it can't be read. */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw trouble('settings', `${what} ${path} can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
