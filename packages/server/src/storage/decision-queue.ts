import { createDoor } from './door.ts';

/** One decision on its way to where it is taken, and what came of it. */
export type Asked = readonly [name: string, input: unknown];
export type Answered = { readonly answer: unknown } | { readonly fault: unknown };

/** Takes decisions together, in this order, in one durable transaction or in a few. Answers come in the same order. */
export type TakeBatch = (batch: readonly Asked[]) => Promise<readonly Answered[]>;

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
      try {
        const answers = await takeBatch(batch.map(({ asked }) => asked));
        for (const [index, { resolve, reject }] of batch.entries()) {
          const answered = answers[index] ?? { fault: new Error('A decision was not answered.') };
          if ('fault' in answered) reject(answered.fault);
          else resolve(answered.answer);
        }
      } catch (fault) {
        for (const { reject } of batch) reject(fault);
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
