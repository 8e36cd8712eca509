import { visibleLine } from '@remotes/protocol/screen/visible-text';
import { write } from './write.ts';

export type ProgressLine = {
  /** Shows this in the place of what it showed before. */
  show(text: string): void;
  /** Takes it away, so that something else can be printed. */
  clear(): void;
  /** Prints whole lines to stdout above it. */
  printAbove(lines: string): Promise<void>;
  /** Keeps the terminal for somebody else: until the release nothing is shown, and whoever prints waits. */
  hold(): void;
  release(): void;
};

/** A line on the terminal that is written over again and again; nothing where there is none. */
export function createProgressLine(to: NodeJS.WriteStream = process.stderr): ProgressLine {
  let shown = '';
  let held: PromiseWithResolvers<void> | undefined;
  const put = (text: string) => {
    if (!to.isTTY || text === shown) return;
    to.write(`\r\u001b[K${text}`);
    shown = text;
  };
  return {
    show(text) {
      if (!held) put(cut(visibleLine(text), (to.columns || 80) - 1));
    },
    clear: () => put(''),
    async printAbove(lines) {
      while (held) await held.promise;
      const text = shown;
      put('');
      await write(lines);
      if (!held && shown === '') put(text);
    },
    hold() {
      put('');
      held ??= Promise.withResolvers();
    },
    release() {
      held?.resolve();
      held = undefined;
    },
  };
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
