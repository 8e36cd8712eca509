import { type Row, textTable } from '@remotes/protocol/screen/text-table';

/** Lines are no longer than this, unless the terminal is wider. */
const usualWidth = 100;

/** A table for people, on this terminal. */
export function table(header: Row, rows: readonly Row[]): string[] {
  return textTable(header, rows, Math.max(usualWidth, process.stdout.columns ?? 0));
}
