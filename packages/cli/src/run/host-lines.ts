import { visibleLine, visibleText } from '@remotes/protocol/screen/visible-text';
import type { Paint } from '../screen/colours.ts';
import type { PrintedPart } from './output-reader.ts';

export type HostLines = {
  /** The lines that are whole with this part. */
  take(part: PrintedPart): string;
  /** What is left of a last line without an end. */
  end(): string;
};

export type LinesShown = {
  readonly paint: Paint;
  readonly isRaw: boolean;
  /** Names are filled up to it, so that what they printed stands in line. */
  readonly nameWidth: number;
};

/** More than this is no line, and is not waited for. */
const mostLineLength = 64 * 1024;

/** What a host printed, line by line under its name: `web1 | …`, and `web1 ! …` for what went to stderr. */
export function createHostLines(name: string, { paint, isRaw, nameWidth }: LinesShown): HostLines {
  const label = visibleLine(name).padEnd(nameWidth);
  const streams = {
    stdout: { head: paint('cyan', `${label} |`), rest: '', decoder: new TextDecoder(), isStderr: false },
    stderr: { head: paint('yellow', `${label} !`), rest: '', decoder: new TextDecoder(), isStderr: true },
  };
  const lineOf = ({ head, isStderr }: (typeof streams)['stdout'], text: string): string => {
    const shown = isRaw ? text : visibleText(text.replace(/\r$/, ''));
    return `${head} ${isStderr && !isRaw ? paint('yellow', shown) : shown}\n`;
  };
  return Object.freeze({
    take({ stream, bytes }: PrintedPart) {
      const into = streams[stream];
      const lines = (into.rest + into.decoder.decode(bytes, { stream: true })).split('\n');
      into.rest = lines.pop() ?? '';
      if (into.rest.length > mostLineLength) {
        lines.push(into.rest);
        into.rest = '';
      }
      return lines.map((text) => lineOf(into, text)).join('');
    },
    end() {
      const left = Object.values(streams).map((from) => {
        const text = from.rest + from.decoder.decode();
        from.rest = '';
        return text === '' ? '' : lineOf(from, text);
      });
      return left.join('');
    },
  });
}
