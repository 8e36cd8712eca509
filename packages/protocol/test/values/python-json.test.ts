import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deepestNesting,
  mostValues,
  parsePythonJson,
  splitTrailingList,
} from '../../src/values/python-json.ts';
import { vectors } from '../golden/vectors.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('parsePythonJson', () => {
  test('keeps the source text of numbers', () => {
    const sources = [
      '0',
      '-0',
      '1.0',
      '1E5',
      '12345678901234567890123',
      '0.10000',
      'NaN',
      'Infinity',
      '-Infinity',
    ];
    expect(parsePythonJson(`[${sources}]`)).toEqual(sources.map((number) => ({ number })));
  });

  test('reads constants, strings with escapes, and lone surrogates', () => {
    expect(parsePythonJson(' [null, true, false, "", "a\\n\\u00e9\\/\\ud83d\\ude00\\ud800", "é✓"] ')).toEqual(
      [null, true, false, '', 'a\né/😀\ud800', 'é✓'],
    );
    expect(parsePythonJson('null')).toBeNull();
  });

  test('keeps dicts in the order in which keys first came; the last of equal keys wins', () => {
    const dict = parsePythonJson('{"b": 1, "1": 2, "__proto__": 3, "b": [4]}') as Map<string, unknown>;
    expect([...dict]).toEqual([
      ['b', [{ number: '4' }]],
      ['1', { number: '2' }],
      ['__proto__', { number: '3' }],
    ]);
  });

  test.each([
    ...[
      '',
      ' ',
      'nul',
      'nulll',
      'None',
      'True',
      'nan',
      '-NaN',
      '+1',
      '01',
      '1.',
      '.5',
      '1e',
      '-',
      '--1',
      '0x1',
      '1_0',
    ],
    ...[
      '[',
      ']',
      '[1',
      '[1,]',
      '[,1]',
      '[1 2]',
      '[1}',
      '{',
      '{"a"}',
      '{"a":}',
      '{"a":1,}',
      '{1:2}',
      "{'a':1}",
      '{a:1}',
    ],
    ...[
      '"',
      '"\\"',
      '"a\nb"',
      '"\t"',
      '"\\x"',
      '"\\u12"',
      '"\\u12g4"',
      '"\\',
      "'a'",
      '[] []',
      '\ufeff[]',
      '\u00a0[]',
      '\f[]',
    ],
  ])('refuses %j', (text) => {
    expect(parsePythonJson(text)).toBeUndefined();
  });

  test('reads what JSON.parse reads, and refuses what it refuses', () => {
    const text = fc.oneof(fc.json(), fc.string({ unit: fc.constantFrom(...'[]{}",:1-.e\\u0 \ntrue') }));
    fc.assert(
      fc.property(text, (json) => {
        expect(plain(parsePythonJson(json))).toEqual(parsedByNode(json));
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses nesting beyond its limit, however deep', () => {
    expect(parsePythonJson(nested(deepestNesting))).toBeDefined();
    expect(parsePythonJson(nested(deepestNesting + 1))).toBeUndefined();
    expect(parsePythonJson('['.repeat(1_000_000))).toBeUndefined();
    expect(parsePythonJson('{"a":'.repeat(1_000_000))).toBeUndefined();
  });

  test('refuses more values than its limit', () => {
    expect(parsePythonJson(`[${'0,'.repeat(mostValues - 2)}0]`)).toBeDefined();
    expect(parsePythonJson(`[${'0,'.repeat(mostValues - 1)}0]`)).toBeUndefined();
  });
});

describe('splitTrailingList', () => {
  const indented = '[\n  "a",\n  {\n    "b": [\n      1,\n      []\n    ]\n  }\n]';

  test('takes the recorded result of a v1 client for a list', () => {
    const text = vectors.exchanges.command_post.expect.result_plaintext;
    expect(splitTrailingList(text)).toEqual({ before: '', list: ['a', 'b'], listText: text });
  });

  test.each([
    ['the list alone', '', indented, ''],
    ['the list alone, with white space after it', '', indented, ' \n\n'],
    ['a list alone, otherwise indented', '', '[\n    1,\n    2\n]', '\n'],
    ['a list alone on one line', '', '[1, [2], "]"]', ''],
    ['an empty list alone', '', '[]', ''],
    ['stderr that ended its line', 'warning: x\n', indented, ''],
    ['stderr that did not end its line', 'warning: x', indented, ''],
    ['stderr indented like an item', 'a\n  warning: x', indented, ''],
    ['stderr with a list of its own', '[\n  1\n]\n', indented, ''],
    ['stderr with half a list of its own', '[\n  1,', indented, ''],
    ['stderr with brackets', 'x[0] = [\n  y]\n]\n[', indented, ''],
    ['stderr of lines indented by two', 'foo [\n  bar\n  baz\n', indented, ''],
    ['white space', ' \n \n', indented, '\n'],
    ['stderr, then a list on a line of its own', 'warning: x\n', '["a", 1]', '\n'],
    ['stderr, then an empty list on a line of its own', 'warning: x\n', '[]', ''],
    ['stderr that did not end its line, then an empty list', 'warning: x', '[]', ''],
    ['stderr with an opening, then an empty list', 'foo [\n  x', '[]', ''],
  ])('takes apart %s', (_name, before, listText, after) => {
    const split = splitTrailingList(before + listText + after)!;
    expect(split.before).toBe(before);
    expect(split.listText).toBe(listText);
    expect(plain(split.list)).toEqual(JSON.parse(listText));
  });

  test('takes apart a text with the line ends of Windows', () => {
    const listText = indented.replaceAll('\n', '\r\n');
    expect(splitTrailingList(`warning: x${listText}`)).toMatchObject({ before: 'warning: x', listText });
    expect(splitTrailingList(`warning: x\r\n[1]\r\n`)).toMatchObject({
      before: 'warning: x\r\n',
      listText: '[1]',
    });
  });

  test.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['plain text', 'warning: x\n'],
    ['JSON that is no list', '{"a": []}'],
    [
      'a traceback',
      'Traceback (most recent call last):\n  File "x", line 1, in <module>\nValueError: [1, 2]\n',
    ],
    ['a traceback that ends with an empty list', 'Traceback (most recent call last):\n  …\nValueError: []\n'],
    ['a traceback that ends with an indented list', 'ValueError: [\n  1\n]\n'],
    ['a list in the middle of a line', 'x = [1, 2]'],
    ['a list that is cut off', '[\n  1,\n  2'],
    ['a list without its beginning', '  1,\n  2\n]'],
    ['a list with more behind it', '[\n  1\n]\nException ignored in: <x>'],
    ['a list in the manner of Python', "['a', None]"],
    ['a list nested beyond the limit', nested(deepestNesting + 1)],
  ])('finds no list in %s', (_name, text) => {
    expect(splitTrailingList(text)).toBeUndefined();
  });

  test('finds every list that was written after any text', () => {
    const stderr = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('[', ']', '\n', '  ', ' ', '"', ',', '1', '[]', '[\n  ', '\\'))
        .map((parts) => parts.join('')),
    );
    const list = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(stderr, list, (before, items) => {
        const listText = JSON.stringify(items, null, 2);
        const split = splitTrailingList(before + listText)!;
        expect(plain(split.list)).toEqual(JSON.parse(listText));
        expect([split.before, split.listText]).toEqual([before, listText]);
      }),
      { numRuns: 2000 },
    );
  });

  test('never throws on garbage, and cuts nothing but white space away', () => {
    const garbage = fc
      .array(fc.constantFrom('[', ']', '\n', '  ', '"', ',', '1', '[]', '\\', 'x'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(garbage, (text) => {
        const split = splitTrailingList(text);
        if (split) expect((split.before + split.listText).trimEnd()).toBe(text.trimEnd());
      }),
      { numRuns: 2000 },
    );
  });

  // One that took time in proportion to the square of the length would need hours for these.
  test.each([
    ['opening brackets', '['.repeat(2 ** 24)],
    ['openings of indented lists', `${'[\n  1'.repeat(2 ** 21)}\n]`],
    ['indented lines', `${'\n  '.repeat(2 ** 22)}]`],
    ['line breaks', `${'\n'.repeat(2 ** 24)}]`],
    ['spaces', `x${' '.repeat(2 ** 24)}x]`],
    ['spaces at the end', `x]${' '.repeat(2 ** 24)}`],
    ['empty lists', '[]'.repeat(2 ** 23)],
    ['backslashes', `["${'\\'.repeat(2 ** 24)}"]`],
    ['quotes', `${'"'.repeat(2 ** 24)}]`],
    ['one long number', `[${'1'.repeat(2 ** 24)}]`],
  ])('takes time in proportion to the length for 8 MB and more of %s', (_name, text) => {
    splitTrailingList(text);
  });
});

function parsedByNode(json: string): unknown {
  try {
    return JSON.parse(json, (_key, value) => (Object.is(value, -0) ? 0 : value));
  } catch {
    return undefined;
  }
}

/** A Python value as JSON.parse would have given it. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Number((value as { number: string }).number) + 0;
}
