import { splitTrailingList } from '@remotes/protocol/values/python-json';
import type { RunTexts } from './run-texts.ts';

/** Characters below which a text is not the reason why a server takes no more. */
const smallestCut = 1024;

/**
 * The same report, ever shorter, for a server that says it is too long. A list is of no use in parts, so it stays whole until
 * nothing else is left to cut; after that it is a text, and the run counts as failed.
 */
export function* shorterTexts({ output, result, ...others }: RunTexts): Generator<RunTexts> {
  const isList = splitTrailingList(result) !== undefined;
  for (const limit of halves(Math.max(output.length, isList ? 0 : result.length)))
    yield { output: cutMiddle(output, limit), result: isList ? result : cutMiddle(result, limit), ...others };
  if (!isList) return;
  for (const limit of halves(result.length))
    yield {
      output: cutMiddle(output, smallestCut),
      result: `${cutMiddle(result, limit)}\nthe result is too long`,
      ...others,
    };
}

function* halves(length: number): Generator<number> {
  for (let limit = length; limit > smallestCut; ) {
    limit = Math.floor(limit / 2);
    yield limit;
  }
}

function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = Math.floor(limit / 2);
  const left = text.length - 2 * end;
  return `${text.slice(0, end)}\n… ${left} characters were left out, more than the server takes …\n${text.slice(-end)}`;
}
