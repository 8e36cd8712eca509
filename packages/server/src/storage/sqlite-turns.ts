import { performance } from 'node:perf_hooks';
import type Database from 'better-sqlite3';
import { isBusy } from './errors.ts';

/** How often a process that waits for the lock tries to get it, in milliseconds. */
const tryEveryMs = 1;
/** How long it goes on trying. */
const patienceMs = 15_000;
/** A process that writes without a pause makes one this long, so that a waiting one gets in … */
const restMs = 3;
/** … after this long. */
const restEveryMs = 60;

export type SqliteTurns = {
  /** Begins a transaction that holds the write lock, waiting for the other processes' turns. Blocks its thread. */
  begin(): void;
  /** Says that the transaction has ended. */
  end(): void;
};

/**
 * Shares the file's one write lock between processes. SQLite's own waiting tries ever more rarely, so that beside a
 * writer under load it would starve.
 */
export function createSqliteTurns(database: Database.Database): SqliteTurns {
  database.pragma('busy_timeout = 0');
  const beginImmediate = database.prepare('begin immediate');
  let restedAt = performance.now();
  let endedAt = restedAt;

  const rest = () => {
    const now = performance.now();
    if (now - endedAt >= restMs) restedAt = now;
    else if (now - restedAt >= restEveryMs) {
      pause(restMs);
      restedAt = now;
    }
  };

  return Object.freeze({
    begin() {
      rest();
      const givenUpAt = performance.now() + patienceMs;
      for (;;) {
        try {
          beginImmediate.run();
          return;
        } catch (error) {
          if (!isBusy(error) || performance.now() > givenUpAt) throw error;
          pause(tryEveryMs);
        }
      }
    },
    end() {
      endedAt = performance.now();
    },
  });
}

const never = new Int32Array(new SharedArrayBuffer(4));

function pause(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
