import type { IniBlock, IniItem, IniProblem } from './ini.ts';

// What Python's `str.isspace` holds true for; JavaScript's `\s` differs by a few characters.
const space = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const leading = new RegExp(`^[${space}]*`);
const trailing = new RegExp(`[${space}]*$`);

/** Reads line by line, by the rules of `configparser.RawConfigParser._read` in Python 3.8 to 3.12. */
export function readLines(text: string): { blocks: IniBlock[]; problems: IniProblem[] } {
  const preamble: IniBlock = { section: undefined, header: '', items: [] };
  const blocks: IniBlock[] = [preamble];
  const problems: IniProblem[] = [];
  const seen = new Set<string>();
  let block = preamble;
  let option: (IniItem & { parts: string[]; waiting: string[] }) | undefined;
  let depth = 0;

  const problem = (line: number, sentence: string, isFatal: boolean) =>
    problems.push({ line, sentence, isFatal });
  const leaveOption = () => {
    if (option === undefined) return;
    option.value = trimEnd(option.parts.join('\n'));
    // Comments and empty lines after the last line of a value are the section's, not the value's.
    const loose = option.waiting.map((line) => ({ lines: [line] }));
    block.items.push({ key: option.key ?? '', value: option.value, lines: option.lines }, ...loose);
    option = undefined;
  };

  const hasMark = text.startsWith('\ufeff');
  if (hasMark) problem(1, 'starts with a byte order mark', false);
  const lines = (hasMark ? text.slice(1) : text).split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();

  for (const [index, line] of lines.entries()) {
    const value = trimEnd(trimStart(line));
    if (value === '' || value.startsWith('#') || value.startsWith(';')) {
      if (option === undefined) block.items.push({ lines: [line] });
      else {
        if (value === '') option.parts.push('');
        option.waiting.push(line);
      }
      continue;
    }
    const indent = line.length - trimStart(line).length;
    if (option !== undefined && indent > depth) {
      option.lines.push(...option.waiting.splice(0), line);
      option.parts.push(value);
      continue;
    }
    leaveOption();
    depth = indent;
    const header = /^\[([^\n]+)\]/.exec(value)?.[1];
    if (header !== undefined) {
      if (header !== 'DEFAULT' && seen.has(JSON.stringify([header])))
        problem(index + 1, `repeats the section [${header}], where the last value of a key counts`, false);
      seen.add(JSON.stringify([header]));
      block = { section: header, header: line, items: [] };
      blocks.push(block);
      continue;
    }
    const delimiter = value.search(/[=:]/);
    if (block.section === undefined || delimiter < 1) {
      const lack = block.section === undefined ? 'stands before the first [section]' : 'is not "key = value"';
      problem(index + 1, lack, true);
      block.items.push({ lines: [line] });
      continue;
    }
    const key = trimEnd(value.slice(0, delimiter)).toLowerCase();
    if (seen.has(JSON.stringify([block.section, key])))
      problem(index + 1, `repeats the key "${key}", of which the last one counts`, false);
    seen.add(JSON.stringify([block.section, key]));
    option = { key, parts: [trimStart(value.slice(delimiter + 1))], lines: [line], waiting: [] };
  }
  leaveOption();
  return { blocks: preamble.items.length === 0 ? blocks.slice(1) : blocks, problems };
}

function trimStart(text: string): string {
  return text.replace(leading, '');
}

function trimEnd(text: string): string {
  return text.replace(trailing, '');
}
