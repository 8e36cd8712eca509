import { refuse } from '@remotes/protocol/errors';

/** Lets so many go at a time; others wait their turn, as far as there is room to wait. */
export type Turns = { take<Answer>(work: () => Promise<Answer>): Promise<Answer> };

export function createTurns({ atOnce, mostWaiting }: { atOnce: number; mostWaiting: number }): Turns {
  const waiting: (() => void)[] = [];
  let going = 0;
  return Object.freeze({
    async take<Answer>(work: () => Promise<Answer>) {
      if (going < atOnce) going += 1;
      else if (waiting.length >= mostWaiting) throw tooBusy();
      // Whoever ends hands its place over.
      else await new Promise<void>((go) => waiting.push(go));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else going -= 1;
      }
    },
  });
}

function tooBusy(): Error {
  const sentence = 'Too many are signing in just now: try again in a moment.';
  return Object.assign(new Error(sentence), refuse('unavailable', sentence));
}
