import type { ProblemCode } from '@remotes/protocol/operators/problems';
import { type ExitStatus, exitStatus } from './exit-status.ts';

/**
 * Something that keeps a command from being done and is nobody's bug. `message` says in one sentence what is wrong and
 * what to do; it never holds a secret.
 */
export type Trouble = Error & {
  readonly isTrouble: true;
  readonly status: ExitStatus;
  /** The server may be reached again in a moment: it starts anew, say. */
  readonly isPassing?: boolean;
  /** Of what the server refused. */
  readonly problem?: ProblemCode | string;
  /** The server's own sentence, without our advice. */
  readonly detail?: string;
  /** With `needs_yes`: the number of hosts that wants to be agreed to. */
  readonly hosts?: number;
};

export function trouble(status: keyof typeof exitStatus, sentence: string): Trouble {
  return Object.assign(new Error(sentence), { isTrouble: true as const, status: exitStatus[status] });
}

/** The command line cannot be understood. */
export function usageTrouble(sentence: string): Trouble {
  return trouble('usage', sentence);
}

export function isTrouble(thrown: unknown): thrown is Trouble {
  return thrown instanceof Error && 'isTrouble' in thrown;
}

export function isPassing(thrown: unknown): thrown is Trouble {
  return isTrouble(thrown) && thrown.isPassing === true;
}

/** Whether the server refused with this code. */
export function isProblem(thrown: unknown, code: ProblemCode): thrown is Trouble {
  return isTrouble(thrown) && thrown.problem === code;
}
