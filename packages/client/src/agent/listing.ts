import type { ServerAnswer } from '../network/server-answer.ts';
import { notRemotes } from '../network/server-answer.ts';

/** The numbers of the commands that a list answer names, in its order, each once. */
export function listedCommands(answer: ServerAnswer): number[] {
  const { results } = answer.fields;
  if (!Array.isArray(results)) throw notRemotes(answer, 'a list of commands');
  const ids = results.map((entry: unknown) => (entry as { command?: unknown } | null)?.command);
  return [...new Set(ids)].filter((id): id is number => Number.isSafeInteger(id) && Number(id) > 0);
}
