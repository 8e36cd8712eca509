import type { Context } from '../context.ts';
import { notJson, problemOf, type ServerAnswer } from '../network/server-answer.ts';

/** Prints an answer as it was received, and says so when it is a refusal. Returns the exit code. */
export function showAnswer({ print, say }: Context, answer: ServerAnswer, hint = ''): 0 | 2 {
  if (answer.json === undefined) throw notJson(answer);
  print(answer.json);
  if (answer.isOk) return 0;
  say(problemOf(answer) + hint);
  return 2;
}

/** What to do when the server does not take a token. */
export function tokenHint(answer: ServerAnswer, kind: 'registration' | 'host'): string {
  if (answer.status !== 401) return '';
  return kind === 'registration'
    ? ': ask for a new registration token'
    : ': run --action=host_verify with a registration token, which fetches a new host token';
}
