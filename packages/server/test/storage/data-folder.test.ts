import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDataFolder } from '../../src/storage/data-folder.ts';

test('a data folder is made with those above it, for its owner alone', () => {
  const top = mkdtempSync(join(tmpdir(), 'data-folder-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const folder = join(top, 'a', 'b');
  makeDataFolder(folder);
  makeDataFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test('a data folder where none can be made is refused, and does not spin for ever', () => {
  expect(() => makeDataFolder('/proc/remotes/data')).toThrow(
    /^The data folder \/proc\/remotes\/data cannot be made: .* Name another with --data\.$/,
  );
});
