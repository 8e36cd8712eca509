import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { EmptyDatabase } from '../databases.ts';

export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };
export type Program = {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  line(match: RegExp): Promise<string>;
};

/** Where a program finds the database, as one that is open or one that is to be made. */
export type Place = Pick<EmptyDatabase, 'dataFolder' | 'databaseUrl'>;

const file = fileURLToPath(new URL('../../bin/remotes-server.js', import.meta.url));

/** Runs one command of the built program to its end, with the database named in the environment. */
export function administer(place: Place, ...args: readonly string[]): Promise<Ended> {
  return startProgram(place, ...args).ended;
}

/** Starts it; it does not outlive the test. */
export function startProgram(place: Place, ...args: readonly string[]): Program {
  const process_ = spawn(process.execPath, [file, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      REMOTES_DATA: place.dataFolder,
      ...(place.databaseUrl !== undefined && { REMOTES_DATABASE_URL: place.databaseUrl }),
    },
  });
  const ended = Promise.all([once(process_, 'close'), text(process_.stdout), text(process_.stderr)]).then(
    ([[status], stdout, stderr]): Ended => ({ status, stdout, stderr }),
  );
  onTestFinished(async () => {
    process_.kill('SIGKILL');
    await ended;
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const reader = createInterface({ input: process_.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    for (const wake of waiting) wake();
  });
  return {
    process: process_,
    ended,
    /** The first line of stdout that matches, as soon as it is there. */
    async line(match) {
      for (;;) {
        const found = lines.find((line) => match.test(line));
        if (found !== undefined) return found;
        await Promise.race([
          new Promise<void>((resolve) => waiting.add(resolve)),
          ended.then(({ stderr }) => {
            throw new Error(`It ended before it printed ${match}: ${stderr}`);
          }),
        ]);
        waiting.clear();
      }
    },
  };
}
