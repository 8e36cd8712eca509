import { parentPort, workerData } from 'node:worker_threads';
import { armCrashPoint } from '../crash-point.ts';
import type { DecisionSet } from './connection.ts';
import type { Asked } from './decision-queue.ts';
import { type FaultText, faultText } from './fault-text.ts';
import { batchTaker } from './sqlite-batch.ts';
import { openSqliteConnection } from './sqlite-connection.ts';

export type WriterStart = { readonly file: string; readonly crashAt: string | undefined };
export type ToWriter = readonly Asked[] | 'close';
/** Answers to the next of the decisions that were sent. */
export type FromWriter = readonly ({ readonly answer: unknown } | { readonly fault: FaultText })[];

/** What the thread does: it takes the decisions that it is sent, a batch at a time, until it is told to close. */
export function writeDecisions(decisions: DecisionSet): void {
  const port = parentPort;
  if (!port) throw new Error('This is not a thread.');
  const { file, crashAt } = workerData as WriterStart;
  armCrashPoint(crashAt);
  const connection = openSqliteConnection(file);
  const takeBatch = batchTaker(connection, decisions);
  port.on('message', async (message: ToWriter) => {
    if (message === 'close') {
      connection.database.close();
      port.close();
      return;
    }
    await takeBatch(message, (answers) => {
      const told: FromWriter = answers.map((answered) =>
        'fault' in answered ? { fault: faultText(answered.fault) } : answered,
      );
      port.postMessage(told);
    });
  });
  port.postMessage('ready');
}
