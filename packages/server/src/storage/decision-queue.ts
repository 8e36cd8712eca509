import { createDoor } from './door.ts';

/** One decision on its way to where it is taken, and what came of it. */
export type Asked = readonly [name: string, input: unknown];
export type Answered = { readonly answer: unknown } | { readonly fault: unknown };

/**
 * Takes decisions together, in this order, in one durable transaction or in a few. Answers are told in the same order,
 * those of each transaction as soon as it is on disk; it ends when all are.
 */
export type TakeBatch = (batch: readonly Asked[], tell: TellAnswers) => Promise<void>;
export type TellAnswers = (answers: readonly Answered[]) => void;

export type DecisionQueue = {
  decide(name: string, input: unknown): Promise<unknown>;
  /** Waits until everything that was asked is answered; refuses anything more. */
  close(): Promise<void>;
};

type Waiting = {
  readonly asked: Asked;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (fault: unknown) => void;
};

/**
 * Gathers decisions while others are being committed, so that one commit serves all that came in the meantime: alone
 * a decision never waits, under load the batches grow by themselves.
 */
export function createDecisionQueue(takeBatch: TakeBatch): DecisionQueue {
  let waiting: Waiting[] = [];
  let isBusy = false;
  const door = createDoor();

  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      let told = 0;
      const tell = (answers: readonly Answered[]) => {
        for (const answered of answers) {
          const { resolve, reject } = batch[told]!;
          told += 1;
          if ('fault' in answered) reject(answered.fault);
          else resolve(answered.answer);
        }
      };
      try {
        await takeBatch(
          batch.map(({ asked }) => asked),
          tell,
        );
      } catch (fault) {
        for (const { reject } of batch.slice(told)) reject(fault);
      }
    }
    isBusy = false;
  };

  const ask = (asked: Asked) =>
    new Promise<unknown>((resolve, reject) => {
      waiting.push({ asked, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      // Not at once: requests that arrived in the same turn of the loop share the first commit.
      setImmediate(flush);
    });

  return Object.freeze({
    decide: (name: string, input: unknown) => door.enter(() => ask([name, input])),
    close: () => door.close(),
  });
}
