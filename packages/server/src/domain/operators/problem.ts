import type { ProblemCode } from '@remotes/protocol/operators/problems';

/** A refusal to an operator as plain data: a known code, and a sentence that says what is wrong and what to do. */
export type Problem = {
  readonly problem: ProblemCode;
  readonly sentence: string;
  /** With `needs_yes`: the number of hosts that wants to be agreed to. */
  readonly hosts?: number;
  /** When to try again, in seconds. */
  readonly retryAfterSeconds?: number;
};

export function problem(code: ProblemCode, sentence: string): Problem {
  return { problem: code, sentence };
}

export function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'problem' in answer;
}

/** Said of what is not there, and of what lies outside somebody's rights: the two must not be told apart. */
export function notFound(what: string): Problem {
  return problem('not_found', `There is no ${what}.`);
}
