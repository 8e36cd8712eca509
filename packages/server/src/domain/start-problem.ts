/**
 * Why the program cannot do what it was started for, in one sentence for the person who started it: shown alone,
 * without a stack.
 */
export function startProblem(sentence: string, cause?: unknown): Error {
  return Object.assign(new Error(sentence, { cause }), { code: 'start_problem' });
}

export function isStartProblem(trouble: unknown): trouble is Error {
  return trouble instanceof Error && (trouble as { code?: unknown }).code === 'start_problem';
}
