import { setTimeout as wait } from 'node:timers/promises';
import { isTrouble } from '../trouble.ts';
import { nextWaitSeconds } from './backoff.ts';
import type { Pass } from './pass.ts';
import { passByProtocol, settleByProtocol } from './protocols.ts';
import { runLine, settledLine } from './run-line.ts';
import type { Worker } from './worker.ts';

export type Monitor = {
  /** Asked anew for each pass, as settings may be reloaded between two. Throws a trouble when none can be had now. */
  readonly worker: () => Promise<Worker>;
  /** Aborted to end it. */
  readonly finish: AbortSignal;
  readonly intervalSeconds: number;
  readonly log: (line: string) => void;
};

/**
 * Goes round until it is asked to end, whatever the server does. Logs each run, and trouble when it begins, changes and
 * ends, so that a server that is down for a week costs a line.
 */
export async function monitor({ worker, finish, intervalSeconds, log }: Monitor): Promise<void> {
  let trouble: string | undefined;
  let failures = 0;
  let retryAfterSeconds: number | undefined;
  const note = (sentence: string | undefined) => {
    if (sentence === trouble) return;
    log(sentence ?? 'all is well again');
    trouble = sentence;
  };

  // What a kill left behind is reported at once, not an interval later.
  const settledFirst = await unlessTrouble(async () => settleByProtocol(await worker()));
  if ('value' in settledFirst) for (const settled of settledFirst.value) logLine(log, settledLine(settled));

  while (!finish.aborted) {
    await pause(nextWaitSeconds({ intervalSeconds, failures, retryAfterSeconds }), finish);
    if (finish.aborted) return;
    const done = await unlessTrouble(async () =>
      passByProtocol(await worker(), (report) => logLine(log, runLine(report))),
    );
    if (finish.aborted && 'sentence' in done) return;
    const pass = 'value' in done ? done.value : undefined;
    for (const settled of pass?.settled ?? []) logLine(log, settledLine(settled));
    note('value' in done ? done.value.sentence : done.sentence);
    failures = pass !== undefined && !isServerTrouble(pass) ? 0 : failures + 1;
    retryAfterSeconds = 'value' in done ? done.value.retryAfterSeconds : done.retryAfterSeconds;
  }
}

/** Trouble that will meet the next request too, so that asking less often helps. */
function isServerTrouble({ list, reports, settled, trouble }: Pass): boolean {
  const deliveries = [...reports, ...settled].map(({ delivery }) => delivery);
  return (
    !list.isOk ||
    (trouble !== undefined && trouble.code !== 'settings') ||
    reports.some(({ trouble }) => trouble?.code === 'network') ||
    deliveries.some((delivery) => delivery?.trouble !== undefined)
  );
}

async function unlessTrouble<T>(
  work: () => Promise<T>,
): Promise<{ value: T } | { sentence: string; retryAfterSeconds?: number | undefined }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isTrouble(error)) return { sentence: error.message, retryAfterSeconds: error.retryAfterSeconds };
    // A fault must not end the watch over the host; it is told whole.
    const text = error instanceof Error ? error.stack : String(error);
    return { sentence: `this is a fault of the client, please report it: ${text}` };
  }
}

function logLine(log: (line: string) => void, line: string | undefined): void {
  if (line !== undefined) log(line);
}

const longestTimerSeconds = 86_400;

async function pause(seconds: number, finish: AbortSignal): Promise<void> {
  for (let left = seconds; left > 0 && !finish.aborted; left -= longestTimerSeconds) {
    await wait(Math.min(left, longestTimerSeconds) * 1000, undefined, { signal: finish }).catch(() => {});
  }
}
