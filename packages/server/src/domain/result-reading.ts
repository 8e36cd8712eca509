import { type PythonValue, parsePythonJson, splitTrailingList } from '@remotes/protocol/values/python-json';
import { pythonStr } from '@remotes/protocol/values/python-str';

/** What the text that a v1 host posts as its result turned out to be. */
export type ResultReading = {
  /** JSON means that the program came to its end; anything else is what it said when it failed. */
  readonly ending: 'succeeded' | 'failed';
  /** The result proper, or what the failure said; undefined when there is none. */
  readonly text: string | undefined;
  /** What stood before the list: the program's own words on stderr. */
  readonly stderr: string;
  /** The list's items as they are saved to variables; undefined when there is no list. */
  readonly items: readonly string[] | undefined;
};

/** Reads a v1 result: JSON, or a list at the end of what went to stderr, or the text of a failure. */
export function readResult(text: string): ResultReading {
  const whole = parsePythonJson(text);
  if (whole !== undefined) {
    return { ending: 'succeeded', text, stderr: '', items: itemsOf(whole) };
  }
  const split = splitTrailingList(text);
  if (!split) return { ending: 'failed', text, stderr: '', items: undefined };
  return { ending: 'succeeded', text: split.listText, stderr: split.before, items: itemsOf(split.list) };
}

/** What a success that returned nothing posts: only what it said on stderr, whatever that looks like. */
export function readWithoutResult(text: string): ResultReading {
  return { ending: 'succeeded', text: undefined, stderr: text, items: undefined };
}

/** Item *n* as it is stored: '' for null, a text as it is, anything else as Python shows it. Undefined for what is no list. */
export function itemsOf(value: PythonValue): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((item) => {
    if (item === null) return '';
    return storableText(typeof item === 'string' ? item : pythonStr(item));
  });
}

/** Text that every database can hold: NUL and lone surrogates become the replacement character. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
