import { isTrouble } from '../trouble.ts';
import { type Pass, troubleOf } from './pass.ts';
import { passByProtocol, settleByProtocol } from './protocols.ts';
import { runLine, settledLine } from './run-line.ts';
import type { Worker } from './worker.ts';

/** How one time round went. */
export type Round = {
  /** Undefined when all is well. */
  readonly sentence: string | undefined;
  /** It came to nothing at all. */
  readonly isFailed: boolean;
  /** It will meet the next request too, so that asking less often helps. */
  readonly isServerTrouble: boolean;
  readonly retryAfterSeconds: number | undefined;
};

type Log = (line: string) => void;

/** One pass, whatever the server does; each run is logged. */
export async function goRound(worker: () => Promise<Worker>, log: Log): Promise<Round> {
  const done = await unlessTrouble(async () =>
    passByProtocol(await worker(), (report) => logLine(log, runLine(report))),
  );
  if ('sentence' in done) return { ...done, isFailed: true, isServerTrouble: true };
  const { settled, sentence, retryAfterSeconds } = done.value;
  for (const one of settled) logLine(log, settledLine(one));
  return { sentence, retryAfterSeconds, isFailed: false, isServerTrouble: isServerTrouble(done.value) };
}

/** Reports what is held, and begins nothing. */
export async function settleRound(worker: () => Promise<Worker>, log: Log): Promise<Round> {
  const done = await unlessTrouble(async () => settleByProtocol(await worker()));
  if ('sentence' in done) return { ...done, isFailed: true, isServerTrouble: true };
  for (const one of done.value) logLine(log, settledLine(one));
  const kept = done.value.find(({ delivery }) => delivery.state === 'kept');
  return {
    sentence: troubleOf(done.value, []),
    isFailed: false,
    isServerTrouble: kept?.delivery.trouble !== undefined,
    retryAfterSeconds: kept?.delivery.trouble?.retryAfterSeconds,
  };
}

/** Tells how things stand when that changes, undefined being well, so that a server that is down for a week costs a line. */
export function noteState(log: Log): (sentence: string | undefined) => void {
  let state: string | undefined;
  return (sentence) => {
    if (sentence === state) return;
    log(sentence ?? 'all is well again');
    state = sentence;
  };
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

export async function unlessTrouble<T>(
  work: () => Promise<T>,
): Promise<{ value: T } | { sentence: string; retryAfterSeconds: number | undefined }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (isTrouble(error)) return { sentence: error.message, retryAfterSeconds: error.retryAfterSeconds };
    // A fault must not end the watch over the host; it is told whole.
    const text = error instanceof Error ? error.stack : String(error);
    return {
      sentence: `this is a fault of the client, please report it: ${text}`,
      retryAfterSeconds: undefined,
    };
  }
}

function logLine(log: Log, line: string | undefined): void {
  if (line !== undefined) log(line);
}
