import { jsonLine, jsonText } from '@remotes/protocol/screen/json-text';
import { textTable } from '@remotes/protocol/screen/text-table';
import { visibleText } from '@remotes/protocol/screen/visible-text';
import { csvLine } from './csv.ts';
import type { OutputFormat } from './format.ts';
import { type MomentCell, timeText } from './moment.ts';
import { write } from './write.ts';

type Cell = string | number | boolean | MomentCell | null | undefined;

/** One column of a list. A wide one stands in `-o wide` and CSV alone. */
export type Column<Item> = {
  readonly title: string;
  readonly isWide?: true;
  /** Never cut short: an id. */
  readonly isWhole?: true;
  /** The title is somebody's name for something, and shown as it is. */
  readonly isNamed?: true;
  of(item: Item): Cell;
  /** What stands in its place in a table that is not wide: how long ago, rather than when. */
  brief?(item: Item): string;
};

/** Prints a list in the format that was asked for; JSON and CSV item by item, as they come. */
export async function showList<Item>(
  format: OutputFormat,
  columns: readonly Column<Item>[],
  items: AsyncIterable<Item> | Iterable<Item>,
): Promise<void> {
  if (format === 'json') return showJson(items);
  if (format === 'csv') return showCsv(columns, items);
  const shown = columns.filter(({ isWide }) => !isWide || format === 'wide');
  const rows: string[][] = [];
  const textOf = (column: Column<Item>, item: Item) =>
    format === 'table' && column.brief ? column.brief(item) : cellText(column.of(item));
  for await (const item of items) rows.push(shown.map((column) => textOf(column, item)));
  const titles = shown.map(({ title, isNamed }) => (isNamed ? title : title.toUpperCase()));
  const width = format === 'wide' ? Number.POSITIVE_INFINITY : widthOfScreen();
  const whole = new Set(shown.flatMap(({ isWhole }, index) => (isWhole ? [index] : [])));
  await write(textTable(titles, rows, width, whole).map(line).join(''));
}

/** One thing with its properties, a line each; those without a value are left out. */
export async function showDetails<Item>(
  format: OutputFormat,
  item: Item,
  details: readonly Column<NoInfer<Item>>[],
): Promise<void> {
  if (format === 'json') return write(line(jsonText(item)));
  if (format === 'csv') return showCsv(details, [item]);
  const shown = details
    .map((detail) => [detail.title, cellText(detail.of(item))] as const)
    .filter(([, text]) => text !== '');
  const width = Math.max(0, ...shown.map(([title]) => title.length));
  const indent = '\n'.padEnd(width + 3);
  await write(
    shown
      .map(([title, text]) =>
        line(`${title.padEnd(width)}  ${visibleText(text.trimEnd()).replaceAll('\n', indent)}`),
      )
      .join(''),
  );
}

/** What goes into a file or another program is never cut short. */
function widthOfScreen(): number {
  const { isTTY, columns } = process.stdout;
  // A terminal may not know how wide it is.
  return (isTTY && columns) || Number.POSITIVE_INFINITY;
}

async function showJson<Item>(items: AsyncIterable<Item> | Iterable<Item>): Promise<void> {
  let separator = '[\n';
  for await (const item of items) {
    await write(`${separator}${jsonLine(item)}`);
    separator = ',\n';
  }
  await write(separator === '[\n' ? '[]\n' : '\n]\n');
}

async function showCsv<Item>(
  columns: readonly Column<Item>[],
  items: AsyncIterable<Item> | Iterable<Item>,
): Promise<void> {
  const end = '\r\n';
  await write(csvLine(columns.map(csvTitle)) + end);
  for await (const item of items) {
    await write(csvLine(columns.map((column) => csvText(column.of(item)))) + end);
  }
}

function csvTitle({ title, isNamed }: Pick<Column<never>, 'title' | 'isNamed'>): string {
  return isNamed ? title : title.toLowerCase().replaceAll(/[ -]/g, '_');
}

/** A zone is in it: whoever reads a file sits elsewhere. */
function csvText(value: Cell): string {
  return isMoment(value) ? value.moment : cellText(value);
}

function isMoment(value: Cell): value is MomentCell {
  return typeof value === 'object' && value !== null;
}

function cellText(value: Cell): string {
  if (isMoment(value)) return timeText(value.moment);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value === null || value === undefined ? '' : String(value);
}

function line(text: string): string {
  return `${text}\n`;
}
