import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIni } from '../../src/files/ini.ts';
import { type Parsed, parseInPython, writeInPython } from '../configparser.ts';

const registered = `# made by hand
[server]
server_url = http://192.168.1.50/

[endpoints]
discover: /api/v1/discover/
Command_Get = /api/v1/commands/get/

[host]
  private_key = /abs/key # not a comment.pem
  uuid = "quoted"
    and longer
; a comment
  token = 100%%

[elsewhere]
unknown = kept
`;

function sectionsOf(text: string): Record<string, [string, string][]> {
  const document = parseIni(text);
  const names = document.sections().filter((name) => name !== 'DEFAULT' || document.entries(name).length > 0);
  return Object.fromEntries(names.map((name) => [name, document.entries(name)]));
}

describe('reading', () => {
  test('values hold comment signs, quotes, percent signs and continuation lines, as Python reads them', () => {
    const document = parseIni(registered);
    expect(document.problems).toEqual([]);
    expect(document.get('endpoints', 'COMMAND_GET')).toBe('/api/v1/commands/get/');
    expect(document.get('host', 'private_key')).toBe('/abs/key # not a comment.pem');
    expect(document.get('host', 'uuid')).toBe('"quoted"\nand longer');
    expect(document.get('host', 'token')).toBe('100%%');
    expect(document.get('Host', 'token')).toBeUndefined();
  });

  test('a section takes what it lacks from [DEFAULT], and only a section that exists', () => {
    const document = parseIni('[DEFAULT]\ntoken = default\n[host]\nuuid = u\n');
    expect(document.get('host', 'token')).toBe('default');
    expect(document.get('server', 'token')).toBeUndefined();
  });

  test('a byte order mark and repeated keys and sections are named, and what can be read is read', () => {
    const document = parseIni('\ufeff[host]\nuuid = 1\nUUID = 2\n[host]\ntoken = t\n');
    expect(document.problems.map(({ line, isFatal }) => [line, isFatal])).toEqual([
      [1, false],
      [3, false],
      [4, false],
    ]);
    expect(document.entries('host')).toEqual([
      ['uuid', '2'],
      ['token', 't'],
    ]);
  });

  test('a line that is none of section, key or comment is fatal', () => {
    expect(parseIni('uuid = 1\n').problems).toMatchObject([{ line: 1, isFatal: true }]);
    expect(parseIni('[host]\nrubbish\n= x\n').problems).toMatchObject([
      { line: 2, isFatal: true },
      { line: 3, isFatal: true },
    ]);
  });

  test('any text is read as configparser reads it, and refused where that refuses', () => {
    const piece = fc.constantFrom(
      ...[
        '[a]',
        '[b]',
        '[DEFAULT]',
        '[a]b]',
        '[]',
        'k',
        'K',
        'x y',
        '=',
        ':',
        ' = ',
        'v',
        '# c',
        '; c',
        ' ',
        '  ',
        '\t',
      ],
      ...[
        '\n',
        '\n',
        '\n',
        '\r\n',
        '\r',
        '%',
        '"',
        '\n  ',
        '\n\n',
        '\u00a0',
        '\x1c',
        'é',
        'İ',
        '\u2028',
        '\n[a]\n',
        '\nk = v',
      ],
    );
    const texts = fc.sample(
      fc.array(piece, { maxLength: 24 }).map((pieces) => `[a]\n${pieces.join('')}`),
      { numRuns: 4000, seed: 1 },
    );
    const answers = parseInPython(texts);
    const kinds = new Map<string, number>();
    for (const [index, text] of texts.entries()) {
      const answer = answers[index] as Parsed;
      const { problems } = parseIni(text);
      if ('error' in answer) {
        expect(problems.length, JSON.stringify(text)).toBeGreaterThan(0);
        kinds.set(answer.error, (kinds.get(answer.error) ?? 0) + 1);
      } else {
        expect(problems, JSON.stringify(text)).toEqual([]);
        expect(sectionsOf(text), JSON.stringify(text)).toEqual(answer.sections);
        kinds.set('read', (kinds.get('read') ?? 0) + 1);
      }
    }
    for (const kind of ['read', 'ParsingError', 'DuplicateOptionError', 'DuplicateSectionError'])
      expect(kinds.get(kind), kind).toBeGreaterThan(50);
  });
});

describe('changing', () => {
  test('a change touches its own line only', () => {
    const document = parseIni(registered);
    document.set('host', 'token', 'new');
    document.set('endpoints', 'command_get', '/moved/');
    expect(document.toText()).toBe(
      registered
        .replace('token = 100%%', 'token = new')
        .replace('Command_Get = /api/v1/commands/get/', 'command_get = /moved/'),
    );
  });

  test('nothing changed is the same text, byte for byte', () => {
    for (const text of ['', '\ufeff[a]\r\nk:v', registered]) {
      const document = parseIni(text);
      for (const [key, value] of document.entries('a')) document.set('a', key, value);
      expect(document.toText()).toBe(text);
    }
  });

  test('what is written has no byte order mark and nothing twice', () => {
    const document = parseIni(
      '\ufeff[host]\r\n  uuid = 1\r\n# kept\r\nUUID = 2\r\n[x]\r\ny=z\r\n[host]\r\ntoken = t\r\n',
    );
    document.set('host', 'token', 'new');
    expect(document.toText()).toBe('[host]\r\n# kept\r\nuuid = 2\r\ntoken = new\r\n[x]\r\ny=z\r\n');
  });

  test('any change is read by configparser as meant, everything else unchanged', () => {
    const key = fc.constantFrom('uuid', 'token', 'x y', 'a', 'Ü');
    const value = fc.stringMatching(/^[ -~é\n]{0,12}$/);
    const section = fc.constantFrom('server', 'endpoints', 'host', 'Other one', 'DEFAULT');
    const file = fc.dictionary(section, fc.dictionary(key, value, { maxKeys: 4 }), { maxKeys: 4 });
    const ours = fc.stringMatching(/^[!-~]([ -~]{0,8}[!-~])?$/);
    const edit = fc.tuple(section, key, fc.option(ours));
    const indent = fc.constantFrom('', '', ' ', '    ');
    const cases = fc.sample(fc.tuple(file, fc.array(edit, { maxLength: 5 }), indent), {
      numRuns: 1500,
      seed: 2,
    });
    const written = writeInPython(cases.map(([sections]) => sections));
    const before = parseInPython(written);
    const usable = cases.flatMap(([, edits, margin], index) => {
      const parsed = before[index] as Parsed;
      // Python writes values that it can't read back itself, such as a line that looks like a comment.
      if ('error' in parsed) return [];
      const text = written[index]?.replace(/^(?=[^[\s])/gm, margin) ?? '';
      return [{ text, edits }];
    });
    const originals = parseInPython(usable.map(({ text }) => text));
    const texts = usable.map(({ text, edits }) => {
      const document = parseIni(text);
      for (const [name, option, to] of edits) {
        if (to === null) document.remove(name, option);
        else document.set(name, option, to);
      }
      return document.toText();
    });
    const after = parseInPython(texts);
    let compared = 0;
    for (const [index, { edits }] of usable.entries()) {
      const original = originals[index] as Parsed;
      if ('error' in original) continue;
      const expected = new Map(
        Object.entries(original.sections).map(([name, items]) => [name, new Map(items)]),
      );
      for (const [name, option, to] of edits) {
        const items = expected.get(name) ?? new Map<string, string>();
        if (to === null) items.delete(option.toLowerCase());
        else expected.set(name, items.set(option.toLowerCase(), to));
      }
      const answer = after[index] as Parsed;
      const found =
        'error' in answer
          ? answer.error
          : new Map(Object.entries(answer.sections).map(([n, i]) => [n, new Map(i)]));
      if (expected.get('DEFAULT')?.size === 0) expected.delete('DEFAULT');
      expect(found, JSON.stringify([usable[index], texts[index]])).toEqual(expected);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(500);
  });
});
