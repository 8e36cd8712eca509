import { expect, test } from 'vitest';
import { jsonLine, jsonText } from '../../src/screen/json-text.ts';

test('JSON for programs reads back exactly, and holds nothing that would steer a terminal', () => {
  const value = { text: 'a\u001b\u007f\u009b\u0085é✓\n', list: [1, null] };
  for (const json of [jsonText(value), jsonLine(value)]) {
    expect(JSON.parse(json)).toEqual(value);
    expect([...json].filter((character) => /\p{Cc}/u.test(character) && character !== '\n')).toEqual([]);
  }
  expect(jsonLine(value)).not.toContain('\n');
});
