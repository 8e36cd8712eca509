/** Asks whether the other end is still there, and believes only what it says under the seal. */
export type Call = {
  /** True once it answers; false when it is silent for too long, or gone. */
  isAnswered(): Promise<boolean>;
  /** It has answered the frame of this number. */
  answered(number: number): void;
  end(): void;
};

/** `say` says the call, and tells the number of its frame. */
export function createCall(say: () => number, patienceMs: number): Call {
  let asked: Promise<boolean> | undefined;
  let number: number | undefined;
  let settle = (_isThere: boolean) => {};
  return Object.freeze({
    isAnswered() {
      asked ??= new Promise((resolve) => {
        const timer = setTimeout(() => settle(false), patienceMs);
        settle = (isThere) => {
          clearTimeout(timer);
          settle = () => {};
          asked = undefined;
          number = undefined;
          resolve(isThere);
        };
        number = say();
      });
      return asked;
    },
    // What was said before the call may have been held back on its way: only what names it counts.
    answered(named: number) {
      if (named === number) settle(true);
    },
    end: () => settle(false),
  });
}
