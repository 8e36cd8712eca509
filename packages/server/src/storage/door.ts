import { closing } from './errors.ts';

export type Door = {
  /** Lets work in, unless the door is closed. */
  enter<Answer>(work: () => Promise<Answer>): Promise<Answer>;
  /** Lets nothing more in, and waits until all that is inside has ended. */
  close(): Promise<void>;
};

/** Knows what is under way, so that nothing is cut off in the middle. */
export function createDoor(): Door {
  let isClosed = false;
  let inside = 0;
  let whenEmpty: (() => void) | undefined;
  return Object.freeze({
    async enter<Answer>(work: () => Promise<Answer>) {
      if (isClosed) throw closing();
      inside += 1;
      try {
        return await work();
      } finally {
        inside -= 1;
        if (inside === 0) whenEmpty?.();
      }
    },
    async close() {
      isClosed = true;
      if (inside > 0) await new Promise<void>((resolve) => (whenEmpty = resolve));
    },
  });
}
