import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shellProgram } from '../../src/run/shell-words.ts';

describe('the words after --', () => {
  test('one is a line of the shell, as it is', () => {
    expect(shellProgram(['df -h | tail -1'])).toBe('df -h | tail -1');
  });

  test('several arrive at sh as they were typed, whatever stands in them', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    const words = fc.array(word, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(words, (typed) => {
        const program = shellProgram(['printf', '%s\\0', ...typed]);
        const heard = execFileSync('sh', ['-c', program], { encoding: 'utf8' });
        expect(heard).toBe(typed.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 40 },
    );
  });
});
