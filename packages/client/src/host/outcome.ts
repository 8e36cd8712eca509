type Ending = 'exited' | 'signalled' | 'timed_out' | 'stopped' | 'not_started';

/**
 * `interpreter_missing`, `input_unfit` (the program or an input can't be handed to this interpreter) and
 * `machine_refused` (no space, no memory, too many processes) go with `not_started`; `result_invalid` with `exited`.
 */
export type Reason = 'interpreter_missing' | 'input_unfit' | 'machine_refused' | 'result_invalid';

/** How a program ended: one shape for every ending. */
export type Outcome = {
  readonly ending: Ending;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly reason?: Reason | undefined;
  /** What happened, in one sentence; there for everything but a plain exit or signal. */
  readonly sentence?: string | undefined;
  /** As printed, byte for byte, within the limit; where the middle was cut a line says so. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** How many bytes of each were cut out of the middle. */
  readonly cutBytes: { readonly stdout: number; readonly stderr: number };
  /** The JSON list that the program returned, as text: it may hold NaN, Infinity and integers of any length. */
  readonly resultText?: string | undefined;
  readonly startedAtMs: number;
  readonly durationMs: number;
};

/** Whether the program did what it was asked: it ran to its end, exited with 0 and returned nothing unreadable. */
export function isSuccess(outcome: Outcome): boolean {
  return outcome.ending === 'exited' && outcome.exitCode === 0 && outcome.reason === undefined;
}
