import { visibleLine } from './visible-text.ts';

const gap = '  ';
/** A column is cut no shorter than this. */
const leastCellWidth = 8;

export type Row = readonly string[];

/**
 * A table for people: as wide as what stands in it, cells cut with an ellipsis where a line would be wider than
 * `mostWidth`. Columns of `whole` (by their index) are never cut: half an id is of no use.
 */
export function textTable(
  header: Row,
  rows: readonly Row[],
  mostWidth: number,
  whole: ReadonlySet<number> = new Set(),
): string[] {
  const shown = [header, ...rows].map((row) => row.map(visibleLine));
  const natural = header.map((_, column) => Math.max(...shown.map((row) => textWidth(row[column] ?? ''))));
  const widths = fit(natural, mostWidth, whole);
  return shown.map((row) => tableLine(row, widths));
}

/** One line of a table whose widths are known beforehand. */
export function tableLine(row: Row, widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const width = widths[column] ?? 0;
    const text = cut(visibleLine(cell), width);
    return text + ' '.repeat(Math.max(0, width - textWidth(text)));
  });
  return cells.join(gap).trimEnd();
}

function fit(natural: readonly number[], mostWidth: number, whole: ReadonlySet<number>): number[] {
  const widths = [...natural];
  const most = mostWidth - gap.length * (widths.length - 1);
  while (widths.reduce((sum, width) => sum + width, 0) > most) {
    const cuttable = widths.map((width, column) => (whole.has(column) ? 0 : width));
    const widest = cuttable.indexOf(Math.max(...cuttable));
    if (cuttable[widest]! <= leastCellWidth) break;
    widths[widest]! -= 1;
  }
  return widths;
}

/** The text as it stands in so many cells of a terminal, with an ellipsis where it was cut. */
function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    if (textWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

const graphemes = new Intl.Segmenter();
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** In the cells of a terminal: East Asian characters take two. */
function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0);
}
