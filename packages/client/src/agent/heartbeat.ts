import { setTimeout as wait } from 'node:timers/promises';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import type { Started } from '@remotes/protocol/messages/started';
import { isTrouble } from '../trouble.ts';
import { greet } from './greeting.ts';
import { isPastWanted } from './sealed-delivery.ts';
import { askServer, type SealedWorker } from './sealed-worker.ts';

/** Short programs are over before anybody needs to know that they run. */
const firstMs = 1000;

/**
 * Says now and then that the program runs, until it is ended; the answer may be that it is to be stopped. A server that can't be
 * reached stops nothing: the program goes on.
 */
export function sayAlive(
  worker: SealedWorker,
  { run, attempt }: GiveRun,
): { readonly end: () => Promise<void> } {
  const ended = new AbortController();
  const started = { type: 'started', run, attempt, started_at_ms: Date.now() } satisfies Started;
  const beat = async () => {
    const answers = await askServer(worker, [started], ended.signal);
    if (answers.some((answer) => isPastWanted(answer, run))) await greet(worker, []);
  };
  const beats = async () => {
    for (let waitMs = firstMs; ; waitMs = worker.standing.heartbeatSeconds * 1000) {
      await wait(waitMs, undefined, { signal: ended.signal }).catch(() => {});
      if (ended.signal.aborted) return;
      await beat().catch((error: unknown) => {
        if (!isTrouble(error)) throw error;
      });
    }
  };
  const over = beats();
  return {
    async end() {
      ended.abort();
      await over;
    },
  };
}
