import { hasInputsInEnvironment, type InputKind, spelledInEnvironment } from '../fleet-inputs.ts';
import { type Problem, problem } from '../operators/problem.ts';
import type { JobOrder } from './job-request.ts';

type ProgramOrder = Extract<JobOrder, { kind: 'program' }>;

/** What is wrong with the names of what a program is handed: every host would fail for it. */
export function refusalOfInputNames({ interpreter, settings, variables }: ProgramOrder): Problem | undefined {
  const names = variables.map(({ name }) => name);
  if (!names.every((name) => lineOfText.test(name))) {
    return problem(
      'unsuitable_value',
      'A name in "variables" must be one line of text of 1 to 200 characters, without control characters.',
    );
  }
  if (!hasInputsInEnvironment(interpreter)) return undefined;
  const clash = clashOf('SETTING', settings) ?? clashOf('VARIABLE', names);
  return clash === undefined ? undefined : problem('unsuitable_value', clash);
}

const lineOfText = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u;

function clashOf(kind: InputKind, names: readonly string[]): string | undefined {
  const taken = new Map<string, string>();
  for (const name of names) {
    const spelled = spelledInEnvironment(kind, name);
    const earlier = taken.get(spelled);
    if (earlier !== undefined && earlier !== name) {
      return `"${earlier}" and "${name}" would both be ${spelled} in the environment: give one of them another name.`;
    }
    taken.set(spelled, name);
  }
  return undefined;
}
