import { readLines } from './ini-lines.ts';

/** Something about the file that a reader of Python's `configparser` would stumble over. */
export type IniProblem = {
  readonly line: number;
  readonly sentence: string;
  /** What follows can't be trusted: such a file is neither used nor rewritten. */
  readonly isFatal: boolean;
};

/**
 * An INI file as Python's `configparser` reads it (without interpolation), with every line kept, so that a change
 * touches nothing else. Section names are case-sensitive, keys are not.
 */
export type IniDocument = {
  readonly problems: readonly IniProblem[];
  readonly sections: () => string[];
  /** The keys and values of one section, the defaults not among them. */
  readonly entries: (section: string) => [key: string, value: string][];
  /** The value, or that of `[DEFAULT]` when the section exists and lacks the key. */
  readonly get: (section: string, key: string) => string | undefined;
  readonly set: (section: string, key: string, value: string) => void;
  readonly remove: (section: string, key: string) => void;
  /** The same text when nothing was changed; else without byte order mark and without repeated keys. */
  readonly toText: () => string;
};

/** One thing in a section: an option with its continuation lines, or (no key) a comment or an empty line. */
export type IniItem = { key?: string; value?: string; lines: string[] };
export type IniBlock = { section: string | undefined; header: string; items: IniItem[] };

export function parseIni(text: string): IniDocument {
  const { blocks, problems } = readLines(text);
  const eol = /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
  let isChanged = false;

  const entries = (section: string) => {
    const values = new Map<string, string>();
    for (const block of blocks) {
      if (block.section !== section) continue;
      for (const { key, value } of block.items) if (key !== undefined) values.set(key, value ?? '');
    }
    return [...values];
  };
  const own = (section: string, key: string) => new Map(entries(section)).get(key.toLowerCase());

  return Object.freeze({
    problems,
    sections: () => [...new Set(blocks.flatMap(({ section }) => section ?? []))],
    entries,
    get(section: string, key: string) {
      if (!blocks.some((block) => block.section === section)) return undefined;
      return own(section, key) ?? own('DEFAULT', key);
    },
    set(section: string, key: string, value: string) {
      if (own(section, key) === value) return;
      isChanged = true;
      place(blocks, section, key.toLowerCase(), value);
    },
    remove(section: string, key: string) {
      if (own(section, key) === undefined) return;
      isChanged = true;
      for (const block of blocks) {
        if (block.section !== section) continue;
        block.items = block.items.filter((item) => item.key !== key.toLowerCase());
      }
    },
    toText() {
      if (!isChanged) return text;
      return unrepeated(blocks)
        .flatMap(({ header, section, items }) => [
          ...(section === undefined ? [] : [header]),
          ...items.flatMap(({ lines }) => lines),
        ])
        .map((line) => line + eol)
        .join('');
    },
  });
}

function place(blocks: IniBlock[], section: string, key: string, value: string): void {
  const line = `${key} = ${value}`;
  const inSection = blocks.filter((block) => block.section === section);
  for (const block of inSection.toReversed()) {
    const item = block.items.findLast((candidate) => candidate.key === key);
    if (item === undefined) continue;
    // Deeper than the line above would make it a part of that line's value, and less deep the line below a part of it.
    item.lines = [indentOf(item.lines[0]) + line];
    item.value = value;
    return;
  }
  const block = inSection.at(-1);
  if (block === undefined) {
    const last = blocks.at(-1);
    const hasGap = last === undefined || (last.items.at(-1)?.lines.at(-1) ?? last.header).trim() === '';
    if (last !== undefined && !hasGap) last.items.push({ lines: [''] });
    blocks.push({ section, header: `[${section}]`, items: [{ key, value, lines: [line] }] });
    return;
  }
  const after = block.items.findLastIndex((item) => item.key !== undefined);
  const indent = indentOf(after === -1 ? block.header : block.items[after]?.lines[0]);
  block.items.splice(after + 1, 0, { key, value, lines: [indent + line] });
}

/** Each section once and each key once, the last value counting, as a lenient reader takes it. */
function unrepeated(blocks: readonly IniBlock[]): IniBlock[] {
  const merged: IniBlock[] = [];
  for (const block of blocks) {
    const first = merged.find(({ section }) => section === block.section);
    const keys = block.items.flatMap(({ key }) => key ?? []);
    if (first === undefined && new Set(keys).size === keys.length) merged.push(block);
    else if (first === undefined) merged.push({ ...block, items: lastOfEach(block.items) });
    else first.items = lastOfEach([...first.items, ...block.items]);
  }
  return merged;
}

function lastOfEach(items: readonly IniItem[]): IniItem[] {
  const last = new Map(items.flatMap((item) => (item.key === undefined ? [] : [[item.key, item] as const])));
  return items
    .filter((item) => item.key === undefined || last.get(item.key) === item)
    .map((item) => ({
      ...item,
      // Lines from different places have different indents, so each is written anew, at one depth.
      lines:
        item.key === undefined
          ? item.lines.map((line) => line.trim())
          : `${item.key} = ${item.value}`
              .split('\n')
              .map((line, index) => (index === 0 ? line : `\t${line}`)),
    }));
}

function indentOf(line: string | undefined): string {
  return /^\s*/.exec(line ?? '')?.[0] ?? '';
}
