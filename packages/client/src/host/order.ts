import type { Interpreter } from '@remotes/protocol/values/interpreter';

/** Whoever wants to see what a program prints while it runs. */
export type OutputTap = {
  /** Called once, as soon as the program runs. */
  readonly open: (output: LiveOutput) => void;
  /** Called whenever more was printed. */
  readonly more: () => void;
};

export type LiveOutput = {
  /** What was printed so far, of the beginning that the outcome will hold in any case. */
  readonly printed: (stream: 'stdout' | 'stderr') => Buffer;
  /** Holds up what the program prints, and with it the program, until it is resumed or has ended. */
  readonly pause: () => void;
  readonly resume: () => void;
};

/** A program to execute on this machine, and the bounds it must keep. */
export type ProgramOrder = {
  readonly interpreter: Interpreter;
  readonly program: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string | null>>;
  readonly timeoutSeconds: number;
  /** How long after TERM the process tree is killed. */
  readonly graceSeconds: number;
  /** For each of stdout, stderr and the result. */
  readonly outputLimitBytes: number;
  /** The Python to run `python` programs with; without it `python`, else `python3`. */
  readonly pythonPath?: string | undefined;
  /** Aborting it stops the process tree; the outcome is then `stopped`. */
  readonly signal?: AbortSignal | undefined;
  readonly tap?: OutputTap | undefined;
  /** Where the run's own folder is made; without it the machine's usual place. */
  readonly temporaryFolder?: string | undefined;
};
