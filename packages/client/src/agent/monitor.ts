import { nextWaitSeconds } from './backoff.ts';
import { pause } from './pause.ts';
import { goRound, noteState, settleRound } from './round.ts';
import type { Worker } from './worker.ts';

export type Monitor = {
  /** Asked anew for each pass, as settings may be reloaded between two. Throws a trouble when none can be had now. */
  readonly worker: () => Promise<Worker>;
  /** Aborted to end it. */
  readonly finish: AbortSignal;
  readonly intervalSeconds: number;
  readonly log: (line: string) => void;
};

/** Goes round until it is asked to end, whatever the server does. Logs each run and each trouble. */
export async function monitor({ worker, finish, intervalSeconds, log }: Monitor): Promise<void> {
  let failures = 0;
  let retryAfterSeconds: number | undefined;
  const note = noteState(log);

  // What a kill left behind is reported at once, not an interval later.
  await settleRound(worker, log);

  while (!finish.aborted) {
    await pause(nextWaitSeconds({ intervalSeconds, failures, retryAfterSeconds }), finish);
    if (finish.aborted) return;
    const round = await goRound(worker, log);
    if (finish.aborted && round.isFailed) return;
    note(round.sentence);
    failures = round.isServerTrouble ? failures + 1 : 0;
    retryAfterSeconds = round.retryAfterSeconds;
  }
}
