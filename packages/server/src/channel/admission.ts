/**
 * The pace at which hosts are let in: each costs a handshake and a look at what it holds. As long as too many have not said
 * hello yet, others are told to come later, so many in each second to come: a small fleet is back soon, and a large one does
 * not come at once again.
 */
export type Admission = { waitSeconds(newcomers: number): number };

/** More than come about; who is too many once more is told another time, which costs little. */
const perSecond = 2000;
/** Beyond it any second will do: strangers who knock must not put hosts off for long. */
const longestWaitSeconds = 30;

/** `monotonicMs` is a clock that is never set. */
export function createAdmission(
  mostNewcomers: number,
  monotonicMs: () => number = () => performance.now(),
): Admission {
  /** How many were told to come in which second. */
  const expected = new Map<number, number>();
  return Object.freeze({
    waitSeconds(newcomers: number) {
      if (newcomers < mostNewcomers) return 0;
      const present = Math.floor(monotonicMs() / 1000);
      for (const second of expected.keys()) if (second <= present) expected.delete(second);
      let wait = 1;
      while (wait < longestWaitSeconds && (expected.get(present + wait) ?? 0) >= perSecond) wait += 1;
      if (wait === longestWaitSeconds) return 1 + Math.floor(Math.random() * longestWaitSeconds);
      expected.set(present + wait, (expected.get(present + wait) ?? 0) + 1);
      return wait;
    },
  });
}
