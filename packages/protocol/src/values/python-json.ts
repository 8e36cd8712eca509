/** A number as it was written: `NaN`, `Infinity`, `-Infinity`, or a JSON number of any length and precision. */
export type PythonNumber = Readonly<{ number: string }>;

/**
 * What Python's `json.loads` makes of JSON, in our own terms: a dict is a Map (in the order in which keys first came), a number
 * keeps its source text, since `1.0` and `1` and integers above 2^53 are different things to Python. Strings may hold
 * lone surrogates.
 */
export type PythonValue =
  | null
  | boolean
  | string
  | PythonNumber
  | readonly PythonValue[]
  | ReadonlyMap<string, PythonValue>;

/** How many values a text may hold: 16 MB of empty dicts would otherwise fill a gigabyte of memory. */
export const mostValues = 1_000_000;

/** How deep lists and dicts may lie in one another. As deep as Python's own limit on recursion lets it write. */
export const deepestNesting = 1000;

/**
 * Reads JSON as Python's `json.loads` does: RFC 8259, and `NaN`, `Infinity`, `-Infinity`; of equal keys the last one
 * wins. Undefined when the text isn't that, is nested deeper than {@link deepestNesting}, or holds more than
 * {@link mostValues}. Takes time in proportion to the text's length.
 */
export function parsePythonJson(text: string): PythonValue | undefined {
  const reader: Reader = { text, at: 0, values: 0 };
  try {
    const value = readValue(reader, 0);
    skipSpace(reader);
    return reader.at === text.length ? value : undefined;
  } catch (problem) {
    if (problem === malformed) return undefined;
    throw problem;
  }
}

/** A text taken apart: `before` and `listText` are cut from it unchanged; only white space after the list is dropped. */
export type TrailingList = Readonly<{ before: string; list: readonly PythonValue[]; listText: string }>;

/**
 * Takes the list off the end of what a v1 client posts as `result`: all that its program wrote to stderr, then
 * `json.dumps(list, indent=2)`, with nothing in between. Undefined when the text doesn't end with a whole list.
 *
 * The list is the first of these that is one:
 * 1. the whole text, but for white space;
 * 2. from the last `[` that ends its line where the next line is indented by exactly two spaces, to the end. Inside a list
 *    written with an indent of two only the outermost `[` looks so, as strings hold no line breaks: the place is certain;
 * 3. the last line, if it starts with `[`: a list on one line after stderr that ended its own;
 * 4. an empty list at the very end, in the middle of a line: `json.dumps([])` after stderr that didn't end its line.
 *
 * A list that doesn't start its line counts only when nothing at all follows it, since a traceback may well say
 * `ValueError: []` but ends with a line break, and `json.dumps` doesn't. At most four candidates are read, each once, so the
 * time is in proportion to the text's length.
 */
export function splitTrailingList(text: string): TrailingList | undefined {
  const end = endOfText(text);
  if (text[end - 1] !== ']') return undefined;
  const whole = text.search(/[^ \t\n\r]/);
  const lastLine = text.lastIndexOf('\n', end - 1) + 1;
  for (const start of new Set([whole, startOfIndentedList(text), lastLine, text.length - '[]'.length])) {
    const startsLine = start === whole || text[start - 1] === '\n';
    if (text[start] !== '[' || (!startsLine && end < text.length)) continue;
    const list = parsePythonJson(text.slice(start, end));
    if (isList(list)) return { before: text.slice(0, start), list, listText: text.slice(start, end) };
  }
  return undefined;
}

type Reader = { readonly text: string; at: number; values: number };

/** Thrown inside this file only; one value for every malformed text, as making a stack trace for each is costly. */
const malformed = Symbol('malformed JSON');

function readValue(reader: Reader, depth: number): PythonValue {
  reader.values += 1;
  if (reader.values > mostValues) throw malformed;
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === '"') return readString(reader);
  if (first === '[') return readList(reader, depth + 1);
  if (first === '{') return readDict(reader, depth + 1);
  for (const [word, value] of words) if (take(reader, word)) return value;
  return readNumber(reader);
}

function readList(reader: Reader, depth: number): PythonValue[] {
  open(reader, depth);
  const items: PythonValue[] = [];
  if (takeAfterSpace(reader, ']')) return items;
  do items.push(readValue(reader, depth));
  while (takeAfterSpace(reader, ','));
  if (!take(reader, ']')) throw malformed;
  return items;
}

function readDict(reader: Reader, depth: number): Map<string, PythonValue> {
  open(reader, depth);
  const entries = new Map<string, PythonValue>();
  if (takeAfterSpace(reader, '}')) return entries;
  do {
    skipSpace(reader);
    const key = readString(reader);
    if (!takeAfterSpace(reader, ':')) throw malformed;
    entries.set(key, readValue(reader, depth));
  } while (takeAfterSpace(reader, ','));
  if (!take(reader, '}')) throw malformed;
  return entries;
}

function open(reader: Reader, depth: number): void {
  if (depth > deepestNesting) throw malformed;
  reader.at += 1;
}

/** Finds the string's end, and leaves its escapes to JSON.parse: they are the same, and it is quicker by far. */
function readString(reader: Reader): string {
  const { text, at: start } = reader;
  if (text[start] !== '"') throw malformed;
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== quote; code = text.charCodeAt(at)) {
    if (Number.isNaN(code)) throw malformed;
    at += code === backslash ? 2 : 1;
  }
  reader.at = at + 1;
  try {
    return JSON.parse(text.slice(start, at + 1)) as string;
  } catch {
    throw malformed;
  }
}

function readNumber(reader: Reader): PythonNumber {
  numberShape.lastIndex = reader.at;
  const number = numberShape.exec(reader.text)?.[0];
  if (number === undefined) throw malformed;
  reader.at += number.length;
  return { number };
}

function takeAfterSpace(reader: Reader, mark: string): boolean {
  skipSpace(reader);
  return take(reader, mark);
}

function take(reader: Reader, mark: string): boolean {
  if (!reader.text.startsWith(mark, reader.at)) return false;
  reader.at += mark.length;
  return true;
}

function skipSpace(reader: Reader): void {
  while (isJsonSpace(reader.text.charCodeAt(reader.at))) reader.at += 1;
}

/** Space, tab, line feed, carriage return: what RFC 8259 calls white space. */
function isJsonSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Where the white space at the end begins. Not a regular expression: those go back and forth over long runs of spaces. */
function endOfText(text: string): number {
  let end = text.length;
  while (end > 0 && isJsonSpace(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

/** The `[` of rule 2, or -1. */
function startOfIndentedList(text: string): number {
  const lineStart = '\n  ';
  for (let at = text.lastIndexOf(lineStart); at > 0; at = text.lastIndexOf(lineStart, at - 1)) {
    // Windows ends lines with two characters.
    const bracket = text[at - 1] === '\r' ? at - 2 : at - 1;
    if (text[bracket] === '[' && text[at + lineStart.length] !== ' ') return bracket;
  }
  return -1;
}

function isList(value: PythonValue | undefined): value is readonly PythonValue[] {
  return Array.isArray(value);
}

const quote = '"'.charCodeAt(0);
const backslash = '\\'.charCodeAt(0);
const numberShape = /-?(?:Infinity|(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)|NaN/y;
const words = new Map<string, PythonValue>([
  ['null', null],
  ['true', true],
  ['false', false],
]);
