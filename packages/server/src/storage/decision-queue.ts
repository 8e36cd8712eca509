import { closing } from './errors.ts';

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
  let isClosed = false;
  let whenIdle: (() => void) | undefined;

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
    whenIdle?.();
  };

  return Object.freeze({
    decide(name: string, input: unknown) {
      if (isClosed) return Promise.reject(closing());
      return new Promise<unknown>((resolve, reject) => {
        waiting.push({ asked: [name, input], resolve, reject });
        if (isBusy) return;
        isBusy = true;
        // Not at once: requests that arrived in the same turn of the loop share the first commit.
        setImmediate(flush);
      });
    },
    async close() {
      isClosed = true;
      if (isBusy) await new Promise<void>((resolve) => (whenIdle = resolve));
    },
  });
}
