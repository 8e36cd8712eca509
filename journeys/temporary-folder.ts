import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that lasts as long as the test file. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-journey-'));
  folders.push(folder);
  return folder;
}
