import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { parsePythonJson } from '@remotes/protocol/values/python-json';

export type ResultReading = { readonly text?: string | undefined; readonly problem?: string };

/** Reads what a program returned, as the text of a JSON list; anything else is a problem, in one sentence. */
export async function readResult(path: string, limitBytes: number): Promise<ResultReading> {
  let bytes: Buffer | undefined;
  try {
    bytes = await readBounded(path, limitBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? {} : { problem: `The program's result can't be read (${code}).` };
  }
  if (bytes === undefined) return { problem: 'What the program left as its result is not a plain file.' };
  if (bytes.length > limitBytes)
    return { problem: `The program's result is larger than ${limitBytes} bytes.` };
  return asList(bytes);
}

// The program may have put anything there: a pipe that nobody writes to, a link to a file without end.
async function readBounded(path: string, limitBytes: number): Promise<Buffer | undefined> {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    const bytes = Buffer.alloc(Math.min(found.size, limitBytes + 1));
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await file.read(bytes, length)).bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

function asList(bytes: Buffer): ResultReading {
  const notJson = { problem: "The program's result is not JSON." };
  const text = decode(bytes)?.trim();
  const value = text === undefined ? undefined : parsePythonJson(text);
  if (value === undefined) return notJson;
  return { text: Array.isArray(value) ? text : `[${text}]` };
}

function decode(bytes: Buffer): string | undefined {
  // Windows PowerShell writes UTF-16 unless it is told otherwise.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
