import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { armedCrashPoint } from '../crash-point.ts';
import type { Asked, TakeBatch, TellAnswers } from './decision-queue.ts';
import { faultFromText } from './fault-text.ts';
import type { FromWriter, ToWriter, WriterStart } from './sqlite-writer-thread.ts';

export type SqliteWriter = {
  readonly takeBatch: TakeBatch;
  /** Lets the thread close its connection and end. */
  close(): Promise<void>;
};

type Current = {
  readonly tell: TellAnswers;
  readonly resolve: () => void;
  readonly reject: (fault: unknown) => void;
  /** How many answers are still to come. */
  left: number;
};

/**
 * Starts the thread that writes. Should it ever die, nobody knows what it had stored: whoever waits is told, and the
 * process ends on an uncaught fault.
 */
export async function startSqliteWriter(program: URL, file: string): Promise<SqliteWriter> {
  const workerData: WriterStart = { file, crashAt: armedCrashPoint() };
  const worker = new Worker(program, { workerData, execArgv: [], name: 'writer' });
  let isClosing = false;
  let death: Error | undefined;
  let current: Current | undefined;
  const die = (cause: unknown) => {
    if (death) return;
    death = new Error('The thread that writes the database died.', { cause });
    current?.reject(death);
    if (isClosing) return;
    setImmediate(() => {
      throw death;
    });
  };
  await once(worker, 'message');
  worker.on('error', die);
  worker.on('exit', (status) => {
    if (!isClosing) die(new Error(`It ended with status ${status}.`));
  });
  worker.on('message', (answers: FromWriter) => {
    const asked = current;
    if (!asked) return;
    asked.left -= answers.length;
    if (asked.left === 0) current = undefined;
    asked.tell(
      answers.map((answered) => ('fault' in answered ? { fault: faultFromText(answered.fault) } : answered)),
    );
    if (asked.left === 0) asked.resolve();
  });
  const send = (message: ToWriter) => worker.postMessage(message);

  return Object.freeze({
    takeBatch(batch: readonly Asked[], tell: TellAnswers) {
      if (death) return Promise.reject(death);
      return new Promise<void>((resolve, reject) => {
        current = { tell, resolve, reject, left: batch.length };
        send(batch);
      });
    },
    async close() {
      if (death) return;
      isClosing = true;
      const ended = once(worker, 'exit');
      send('close');
      await ended;
    },
  });
}
