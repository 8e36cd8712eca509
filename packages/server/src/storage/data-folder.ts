import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { startProblem } from '../domain/start-problem.ts';

/**
 * Makes the folder, and those above it, with mode 0700 where they aren't there yet. Step by step: on some file systems
 * (/proc is one) Node's own recursive way never comes back.
 */
export function makeDataFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (trouble) {
      const { code, message } = trouble as NodeJS.ErrnoException;
      // Somebody else was quicker.
      if (code === 'EEXIST') continue;
      throw startProblem(
        `The data folder ${folder} cannot be made: ${message}. Name another with --data.`,
        trouble,
      );
    }
  }
}
