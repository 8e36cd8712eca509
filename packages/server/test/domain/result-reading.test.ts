import { describe, expect, test } from 'vitest';
import { readResult, storableText } from '../../src/domain/result-reading.ts';

describe('the text that a v1 host posts as its result', () => {
  test('is a success when it is a JSON list, whose items are kept as v1 keeps them', () => {
    const text = '[\n  "a",\n  null,\n  true,\n  1.0,\n  1e16,\n  NaN,\n  {"a": [1, null]},\n  "\\u2713"\n]';
    expect(readResult(text)).toEqual({
      ending: 'succeeded',
      text,
      stderr: '',
      items: ['a', '', 'True', '1.0', '1e+16', 'nan', "{'a': [1, None]}", '✓'],
    });
  });

  test('is a success without items when it is JSON but no list', () => {
    expect(readResult('{"a": 1}')).toMatchObject({ ending: 'succeeded', items: undefined });
  });

  test('is a success with the program’s own words apart when a whole list ends it', () => {
    expect(readResult('a warning\n[\n  "x"\n]')).toEqual({
      ending: 'succeeded',
      text: '[\n  "x"\n]',
      stderr: 'a warning\n',
      items: ['x'],
    });
  });

  test.each(['', 'Traceback (most recent call last):\n  boom', '[1, 2', 'exit status 3\n'])(
    'is a failure when it is anything else: %j',
    (text) => {
      expect(readResult(text)).toEqual({ ending: 'failed', text, stderr: '', items: undefined });
    },
  );
});

test('NUL and lone surrogates become the replacement character, so that every database can hold the text', () => {
  expect(storableText('a\0b\ud800c🐍')).toBe('a\ufffdb\ufffdc🐍');
});
