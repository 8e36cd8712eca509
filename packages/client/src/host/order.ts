import type { Interpreter } from '@remotes/protocol/values/interpreter';

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
  /** Where the run's own folder is made; without it the machine's usual place. */
  readonly temporaryFolder?: string | undefined;
};
