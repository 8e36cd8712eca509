import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indentJson, withMembers } from '../src/json-text.ts';

test('any JSON is laid out as JSON.stringify does with two spaces, whatever its own white space', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const escaped = (text: string) =>
        text.replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
      expect(indentJson(JSON.stringify(value, null, space))).toBe(escaped(JSON.stringify(value, null, 2)));
    }),
  );
});

test('numbers, keys and escapes stay as they are written', () => {
  expect(indentJson('{"2":1.0,"1":1e400,"\\u00e9":"\\/"}')).toBe(
    '{\n  "2": 1.0,\n  "1": 1e400,\n  "\\u00e9": "\\/"\n}',
  );
});

test('members are added at the end, to an empty object too', () => {
  expect(withMembers(' { "a" : 1 } \n', [['b', '[2]']])).toBe('{"a" : 1,"b":[2]}');
  expect(withMembers('{ }', [['b', '"x"']])).toBe('{"b":"x"}');
  expect(withMembers('{}', [])).toBe('{}');
});
