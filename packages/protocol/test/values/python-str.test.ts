import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PythonValue, parsePythonJson } from '../../src/values/python-json.ts';
import { pythonStr } from '../../src/values/python-str.ts';
import { askPython, testWithPython } from '../python3.ts';

const strOf = (json: string) => pythonStr(parsePythonJson(json)!);

describe('pythonStr', () => {
  test.each([
    ['null', 'None'],
    ['true', 'True'],
    ['false', 'False'],
    ['-0', '0'],
    ['-0.0', '-0.0'],
    ['0e5', '0.0'],
    ['1.0', '1.0'],
    ['1E2', '100.0'],
    ['0.1', '0.1'],
    ['-2.50', '-2.5'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['9999999999999998.0', '9999999999999998.0'],
    ['1e15', '1000000000000000.0'],
    ['1e16', '1e+16'],
    ['-1.5e300', '-1.5e+300'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['5e-324', '5e-324'],
    ['1e400', 'inf'],
    ['-1e400', '-inf'],
    ['NaN', 'nan'],
    ['Infinity', 'inf'],
    ['-Infinity', '-inf'],
    ['"as it is: \'\\n"', "as it is: '\n"],
    ['[]', '[]'],
    ['{}', '{}'],
    ['{"a": [1, null]}', "{'a': [1, None]}"],
    ['["it\'s", "say \\"x\\"", "both \' and \\""]', "[\"it's\", 'say \"x\"', 'both \\' and \"']"],
    ['["\\\\ \\n\\r\\t\\b\\u0000\\u007f\\u00a0\\u00ad"]', "['\\\\ \\n\\r\\t\\x08\\x00\\x7f\\xa0\\xad']"],
    ['["é✓漢🐍\\u200b\\ud800\\ufdd0\\udbff\\udfff"]', "['é✓漢🐍\\u200b\\ud800\\ufdd0\\U0010ffff']"],
  ])('shows %s as %s', (json, shown) => {
    expect(strOf(json)).toBe(shown);
  });

  testWithPython('shows everything as Python shows it', () => {
    const cases = fc.sample(jsonText, 5000);
    const answers = askPython(
      'unicodedata',
      `[str(json.loads(case)), all(unicodedata.category(c) != 'Cn' for c in json.dumps(json.loads(case), ensure_ascii=False))]`,
      cases,
    );
    let compared = 0;
    cases.forEach((json, at) => {
      const [shown, isKnownToPython] = answers[at] as [string, boolean];
      // The two may know different versions of Unicode.
      if (!isKnownToPython || /\p{Cn}/u.test(shown)) return;
      compared += 1;
      expect({ json, shown: strOf(json) }).toEqual({ json, shown });
    });
    expect(compared).toBeGreaterThan(2000);
  });

  testWithPython('reads damaged JSON, or refuses it, as Python does', () => {
    const damaged = fc
      .tuple(
        jsonText,
        fc.nat(),
        fc.constantFrom(
          '',
          '"',
          '[',
          ']',
          '}',
          ',',
          ':',
          '\\',
          '-',
          '0',
          '.',
          'e',
          ' ',
          '\t',
          '\f',
          '\u00a0',
        ),
      )
      .map(([json, place, mark]) => {
        const at = place % json.length;
        return (json.slice(0, at) + mark + json.slice(at + 1)).toWellFormed();
      });
    const cases = fc.sample(damaged, 5000);
    const answers = askPython('unicodedata', `[None if json.loads(case) is None else True]`, cases);
    cases.forEach((json, at) => {
      const isRead = parsePythonJson(json) !== undefined;
      expect({ json, isRead }).toEqual({ json, isRead: answers[at] !== null });
    });
    expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(500);
    expect(answers.filter((answer) => answer !== null).length).toBeGreaterThan(500);
  });

  testWithPython('takes the same characters for printable as Python, of those that both know', () => {
    const [printable, unassigned] = ['chr(i).isprintable()', "unicodedata.category(chr(i)) == 'Cn'"].map(
      (question) =>
        askPython('unicodedata', `''.join('01'[${question}] for i in range(0x110000))`, [null])[0] as string,
    );
    const wrong: number[] = [];
    let compared = 0;
    for (let code = 0; code < 0x110000; code++) {
      const character = String.fromCodePoint(code);
      if ((unassigned![code] === '1') !== /\p{Cn}/u.test(character)) continue;
      compared += 1;
      const isShownPlain = pythonStr([character]).includes(`'${character}'`) || `'"\\`.includes(character);
      if (isShownPlain !== (printable![code] === '1')) wrong.push(code);
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(1_090_000);
  });

  testWithPython('shows integers of any length', () => {
    const digits = `-${'1234567890'.repeat(1000)}`;
    expect(askPython('json', 'str([json.loads(case)])', [digits])).toEqual([strOf(`[${digits}]`)]);
  });

  test('shows as many nested lists as can be read', () => {
    const text = '['.repeat(1000) + ']'.repeat(1000);
    expect(strOf(text)).toBe(text);
  });

  test('shows every value that is not a string by repr, and strings by themselves only at the top', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(pythonStr(text)).toBe(text);
        const nested = pythonStr([text] satisfies PythonValue);
        expect(nested).toMatch(/^\[(['"]).*\1\]$/su);
        expect(nested).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      }),
    );
  });
});

const character = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    "'",
    '"',
    '\\',
    '\n',
    '\0',
    '\x7f',
    '\x85',
    '\xa0',
    '\xad',
    '\u2028',
    '\u3000',
    '\ue000',
    '\uffff',
    '🐍',
  ),
);
const stringText = fc
  .array(
    fc.oneof(
      character.map((one) => JSON.stringify(one).slice(1, -1)),
      fc.integer({ min: 0, max: 0xffff }).map(unicodeEscape),
    ),
  )
  .map((parts) => `"${parts.join('')}"`);
const numberText = fc.oneof(
  fc.double().map(String),
  fc.double({ min: -1e20, max: 1e20 }).map(String),
  fc.double({ min: -1e-3, max: 1e-3, noNaN: true }).map((value) => value.toExponential().toUpperCase()),
  fc.bigInt().map(String),
  fc.tuple(fc.integer(), fc.nat(), fc.integer({ min: -330, max: 330 })).map(([a, b, c]) => `${a}.${b}e${c}`),
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    '-0',
    '-0.0',
    '0E0',
    '1e15',
    '1e16',
    '1e17',
    '0.0001',
    '1e-5',
    '1e400',
  ),
);
const { value: jsonText } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    numberText,
    stringText,
    fc.constantFrom('null', 'true', 'false'),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(fc.oneof(stringText, fc.constantFrom('"a"', '"b"', '"2"', '"1"')), tie('value')), {
        maxLength: 5,
      })
      .map((entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(',\n')}}`),
  ),
}));

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
