import { setTimeout as delay } from 'node:timers/promises';
import type { ProgramOrder } from './order.ts';
import type { Outcome } from './outcome.ts';
import { endTree } from './process-tree.ts';
import type { Child } from './spawn.ts';

export type ProgramEnd = Pick<Outcome, 'ending' | 'exitCode' | 'signal' | 'sentence'>;

/** Waits until the program has ended by itself, or has been ended at its time limit or at the order's signal. */
export async function endOf(order: ProgramOrder, child: Child, runMark: string): Promise<ProgramEnd> {
  const exit = exitOf(child);
  const interruption = interruptionOf(order);
  const first = await Promise.race([exit, interruption.happened]);
  interruption.forget();
  if (typeof first !== 'string') return endedByItself(first);

  await endTree({ rootPid: child.pid!, runMark }, order.graceSeconds * 1000);
  const patience = new AbortController();
  const last = await Promise.race([exit, delay(reapMs, undefined, { signal: patience.signal })]);
  patience.abort();
  const why = first === 'timed_out' ? `after ${order.timeoutSeconds} s, its time limit` : stopReason(order);
  if (last !== undefined) return { ending: first, ...last, sentence: `The program was ended ${why}.` };
  child.unref();
  return {
    ending: first,
    sentence: `The program should have been ended ${why}, but it could not be killed.`,
  };
}

/** Whoever aborts the signal may say why, as the rest of a sentence. */
function stopReason({ signal }: ProgramOrder): string {
  return typeof signal?.reason === 'string' ? signal.reason : 'as the client was told to stop';
}

// Between the death of a process and the news of it.
const reapMs = 5000;
const longestTimerMs = 2 ** 31 - 1;

type Exit = { readonly exitCode?: number; readonly signal?: string };

function exitOf(child: Child): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => {
      resolve(signal === null ? { exitCode: exitCode ?? 0 } : { signal });
    });
  });
}

function endedByItself(exit: Exit): ProgramEnd {
  if (exit.signal === undefined) return { ending: 'exited', ...exit };
  return { ending: 'signalled', ...exit, sentence: `The program was ended by ${exit.signal}.` };
}

function interruptionOf({ timeoutSeconds, signal }: ProgramOrder) {
  let forget = () => {};
  const happened = new Promise<'timed_out' | 'stopped'>((resolve) => {
    const timer = setTimeout(resolve, Math.min(timeoutSeconds * 1000, longestTimerMs), 'timed_out');
    const stop = () => resolve('stopped');
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    forget = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
  });
  return { happened, forget: () => forget() };
}
