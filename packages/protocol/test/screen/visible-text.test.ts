import { describe, expect, test } from 'vitest';
import { visibleLine, visibleText } from '../../src/screen/visible-text.ts';

describe('text that others chose', () => {
  test('keeps its lines and tabs; a return before the end of a line is part of it', () => {
    expect(visibleText('a\tb\r\nc\n')).toBe('a\tb\nc\n');
  });

  test.each([
    ['\u001b[2J', '␛[2J'],
    ['50%\rdone', '50%␍done'],
    ['a\b\bx\u0007\0', 'a␈␈x␇␀'],
    ['\u007f\u009b31m\u0085', '␡\ufffd31m\ufffd'],
    ['evil\u202etxt.exe\u2066\u200f', 'evil\ufffdtxt.exe\ufffd\ufffd'],
    ['é ✓ 日本 👩‍💻', 'é ✓ 日本 👩‍💻'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  test('in one line the end of a line is shown too', () => {
    expect(visibleLine('a\nb\tc')).toBe('a␊b␉c');
  });
});
