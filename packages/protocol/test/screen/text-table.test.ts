import { describe, expect, test } from 'vitest';
import { type Row, tableLine, textTable } from '../../src/screen/text-table.ts';

const table = (header: Row, rows: readonly Row[]) => textTable(header, rows, 100);

describe('a table for people', () => {
  test('is as wide as what stands in it, without spaces at the ends of lines', () => {
    expect(
      table(
        ['ID', 'NAME', 'STATE'],
        [
          ['1', 'web', 'verified'],
          ['10', 'db', ''],
        ],
      ),
    ).toEqual(['ID  NAME  STATE', '1   web   verified', '10  db']);
  });

  test('cuts the widest cells, with an ellipsis, until a line fits into 100 columns', () => {
    const long = 'a'.repeat(90);
    const lines = table(
      ['ID', 'NAME', 'GROUPS'],
      [
        ['1', long, `b${long}`],
        ['2', 'short', 'x'],
      ],
    );
    expect(Math.max(...lines.map((line) => line.length))).toBe(100);
    expect(lines[1]).toMatch(/^1 {3}a{40,}… {2}ba{40,}…$/);
    expect(lines[2]).toMatch(/^2 {3}short +x$/);
  });

  test('leaves columns whole that are of no use otherwise, and cuts the others instead', () => {
    const [id, name] = ['0'.repeat(70), 'n'.repeat(60)];
    expect(textTable(['ID', 'NAME'], [[id, name]], 100, new Set([0]))).toEqual([
      `ID${' '.repeat(70)}NAME`,
      `${id}  ${'n'.repeat(27)}…`,
    ]);
  });

  test('counts characters as a terminal does: East Asian ones take two cells, a combined one takes one', () => {
    expect(
      table(
        ['A', 'B'],
        [
          ['日本', 'x'],
          ['e\u0301', 'y'],
        ],
      ),
    ).toEqual(['A     B', '日本  x', 'e\u0301     y']);
    expect(tableLine(['日本語', 'x'], [5, 1])).toBe('日本…  x');
    expect(tableLine(['ab', 'x'], [5, 1])).toBe('ab     x');
  });

  test('shows what would steer the terminal instead of doing it, and keeps a row to one line', () => {
    expect(table(['A'], [['x\u001b[2J\ny\tz\u009b\u202e']])).toEqual(['A', 'x␛[2J␊y␉z\ufffd\ufffd']);
  });
});
