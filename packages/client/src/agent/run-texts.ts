import { splitTrailingList } from '@remotes/protocol/values/python-json';
import type { RunEnding } from '@remotes/protocol/values/run-ending';
import { isSuccess, type Outcome } from '../host/outcome.ts';

/**
 * What is posted: what was printed, and a JSON list or the text of a failure. A Remotes server also takes how the run
 * ended, which v1 has no room for.
 */
export type RunTexts = { readonly output: string; readonly result: string; readonly ending?: string };

/** What v1 posts for a program that left `__RESULT__` as it was, and also for one that left without returning anything. */
const emptyResult = '[\n  ""\n]';

/**
 * Puts an outcome into the two texts. A success posts its list. A v1 server wants nothing else there, so what went to
 * stderr beside it only goes to servers that can tell the two apart; and these are told where there is no list at all, so
 * that no variable is emptied. A failure posts stderr and, last, what happened: so it can't be taken for a list, even if
 * the program printed one.
 */
export function textsOf(outcome: Outcome, isRemotes: boolean): RunTexts {
  const output = storable(outcome.stdout.toString('utf8'));
  const stderr = storable(outcome.stderr.toString('utf8'));
  const isDone = isSuccess(outcome);
  const isWithoutResult = isDone && outcome.resultText === undefined;
  const ending = isRemotes ? endingOf(outcome, isWithoutResult) : {};
  if (!isDone) return { output, result: onOwnLine(stderr, happening(outcome)), ...ending };
  if (isRemotes && isWithoutResult) return { output, result: stderr, ...ending };
  const list = storable(outcome.resultText ?? emptyResult);
  return { output, result: (isRemotes ? withStderr(stderr, list) : undefined) ?? list, ...ending };
}

function withStderr(stderr: string, list: string): string | undefined {
  return [stderr + list, onOwnLine(stderr, list)].find((text) => splitTrailingList(text)?.listText === list);
}

/** The texts for a run that began, or may have begun, and whose end nobody saw. */
export function interruptedTexts(isFromEarlierBoot: boolean, isRemotes: boolean): RunTexts {
  return {
    output: '',
    result: `interrupted: ${interruptionSentence(isFromEarlierBoot)}`,
    ...(isRemotes ? endingOf({ ending: 'interrupted' }) : {}),
  };
}

export function interruptionSentence(isFromEarlierBoot: boolean): string {
  const why = isFromEarlierBoot ? 'the host was restarted' : 'the client was ended';
  return `${why} while this command ran; how far it came is not known, and it was not run again`;
}

function endingOf(
  { ending, exitCode = null, signal = null }: Ended,
  isWithoutResult = false,
): { ending: string } {
  const none = isWithoutResult ? { result: 'none' as const } : {};
  return { ending: JSON.stringify({ ending, exit_code: exitCode, signal, ...none } satisfies RunEnding) };
}

type Ended = {
  ending: RunEnding['ending'];
  exitCode?: number | null | undefined;
  signal?: string | null | undefined;
};

/** How a run ended, for people: `exit code 3`, `timed out after 15 s`. */
export function happening({ ending, exitCode, signal, sentence }: Outcome): string {
  if (sentence !== undefined) return storable(sentence);
  if (ending === 'signalled') return `ended by signal ${signal ?? 'unknown'}`;
  if (ending === 'exited') return `exit code ${exitCode ?? 'unknown'}`;
  return ending.replace('_', ' ');
}

/** A v1 server refuses a text with NUL, and the command would run for ever. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

function onOwnLine(before: string, last: string): string {
  if (before === '') return last;
  return before.endsWith('\n') ? before + last : `${before}\n${last}`;
}
