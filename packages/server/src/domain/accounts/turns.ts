/** Lets so many go at a time; the others wait their turn. */
export type Turns = { take<Answer>(work: () => Promise<Answer>): Promise<Answer> };

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let going = 0;
  return Object.freeze({
    async take<Answer>(work: () => Promise<Answer>) {
      if (going < atOnce) going += 1;
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
