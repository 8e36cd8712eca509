import type { Actor } from '../operators/actor.ts';
import { type Problem, problem } from '../operators/problem.ts';

/** Refuses what reaches everything to an account that has rights on some hosts groups alone. */
export function refusalOfNarrowed({ hostsGroupIds }: Actor, what: string): Problem | undefined {
  if (hostsGroupIds === null) return undefined;
  return problem(
    'not_allowed',
    `It takes an account whose rights are not narrowed to hosts groups to ${what}.`,
  );
}
