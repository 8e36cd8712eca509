import { visibleLine } from '@remotes/protocol/screen/visible-text';

export type ProgressLine = {
  /** Shows this in the place of what it showed before. */
  show(text: string): void;
  /** Takes it away, so that something else can be printed. */
  clear(): void;
};

/** A line on the terminal that is written over again and again; nothing where there is none. */
export function createProgressLine(to: NodeJS.WriteStream = process.stderr): ProgressLine {
  let shown = '';
  const put = (text: string) => {
    if (!to.isTTY || text === shown) return;
    to.write(`\r\u001b[K${text}`);
    shown = text;
  };
  return {
    show: (text) => put(cut(visibleLine(text), (to.columns || 80) - 1)),
    clear: () => put(''),
  };
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
