import { basename, dirname, join } from 'node:path';

let count = 0;

/** A name in the same folder that nobody has: what is written there can be renamed to `path` in one step. */
export function besideOf(path: string): string {
  count += 1;
  const mark = `${process.pid}-${process.hrtime.bigint().toString(36)}-${count}`;
  return join(dirname(path), `.${basename(path)}.${mark}.new`);
}
