import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { write } from '../screen/write.ts';
import { trouble } from '../trouble.ts';

/** What a server sends, as it comes, into a file that its owner alone can read; `-`: to standard output. */
export async function writeParts(path: string, parts: AsyncIterable<Buffer>): Promise<void> {
  if (path === '-') {
    for await (const part of parts) await write(part);
    return;
  }
  await pipeline(parts, createWriteStream(path, { mode: 0o600 })).catch((thrown: NodeJS.ErrnoException) => {
    // Only the file system's own troubles name a system call and a path.
    if (thrown.path === undefined) throw thrown;
    throw trouble('usage', `${path} cannot be written: ${thrown.message}.`);
  });
}
