import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askPython, testWithPython } from '../../../protocol/test/python3.ts';
import { maskText } from '../../src/domain/secret-mask.ts';
import { spellingsOf } from '../../src/domain/secret-spellings.ts';

test('a plain value has one spelling: masking costs no more than it did', () => {
  expect(spellingsOf('correct horse')).toEqual(['correct horse']);
});

describe('a value that JSON or Python escapes', () => {
  const value = fc
    .array(fc.constantFrom('"', "'", '\\', '\n', '\t', '\x1b', '\x7f', '/', ' ', 'é', '\u2028', '🐍', 'x'))
    .map((parts) => `<${parts.join('')}>`);

  test('is masked in what JSON.stringify writes, and in JSON within JSON', () => {
    fc.assert(
      fc.property(value, (secret) => {
        const json = JSON.stringify([secret, JSON.stringify({ a: secret })]);
        expect(masked(json, secret)).toBe('["********","{\\"a\\":\\"********\\"}"]');
      }),
    );
  });

  testWithPython('is masked in what Python prints of it, whatever stands around it', () => {
    const secrets = fc.sample(value, 300);
    const strings = `[case, case + "'", case + '"', case + "'" + '"']`;
    const written = `[json.dumps(${strings}), json.dumps(${strings}, ensure_ascii=False), json.dumps(json.dumps(${strings})), repr(${strings}), repr([json.dumps(${strings})])]`;
    const texts = askPython('os', written, secrets) as string[][];
    for (const [index, secret] of secrets.entries()) {
      for (const text of texts[index] ?? []) {
        const parts = masked(text, secret).split('********');
        expect(parts, text).toHaveLength(5);
        // Nothing of it is left: only what stood around it.
        expect(parts.join('')).toMatch(/^[[\]\\'", ]+$/);
      }
    }
  });
});

/** As the server masks: the longest spelling first. */
function masked(text: string, secret: string): string {
  return maskText(
    text,
    spellingsOf(secret).toSorted((one, other) => other.length - one.length),
  );
}
