import { globSync, readFileSync } from 'node:fs';
import { root } from './sources.ts';

/** One page, taken apart as far as the checks need it. */
type Page = {
  readonly file: string;
  readonly text: string;
  /** Headings with the anchors that GitHub gives them. */
  readonly headings: readonly { readonly level: number; readonly title: string; readonly anchor: string }[];
  /** Targets of links, as written. */
  readonly links: readonly string[];
  /** What stands in fenced code, by the word after the fence. */
  readonly codeBlocks: readonly { readonly language: string; readonly text: string }[];
};

/** Every page of the repository. */
export function pages(): Page[] {
  const files = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] });
  return files.sort().map(readPage);
}

export function readPage(file: string): Page {
  const text = readFileSync(`${root}${file}`, 'utf8');
  const codeBlocks: { language: string; text: string }[] = [];
  const prose = text.replace(fence, (_, _indent: string, language: string, code: string) => {
    codeBlocks.push({ language, text: code });
    return '';
  });
  const headings = [...prose.matchAll(/^(#{1,6}) (.*)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    title,
    anchor: anchorOf(title),
  }));
  const links = [...prose.replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target = '']) => target,
  );
  return { file, text, headings, links, codeBlocks };
}

/** Also one that is indented, as in a list. */
const fence = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;

/** The text from a heading to the next one of its level or above; undefined when the page has no such heading. */
export function section({ text, headings }: Page, title: string): string | undefined {
  const heading = headings.find((candidate) => candidate.title === title);
  if (!heading) return undefined;
  const from = text.indexOf(`${'#'.repeat(heading.level)} ${title}\n`);
  const rest = text.slice(from + heading.level + 1 + title.length);
  const next = rest.search(new RegExp(`^#{1,${heading.level}} `, 'm'));
  return next < 0 ? rest : rest.slice(0, next);
}

/** The commands of shell code, each as its words: comments left out, continued lines joined, pipes taken apart. */
export function shellCommands(code: string): string[][] {
  return code
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => commandsOfLine(line));
}

function commandsOfLine(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const [token, quoted] of line.matchAll(/#.*$|\|\||&&|[|;&]|"([^"]*)"|'([^']*)'|[^\s"'|;&]+/g)) {
    if (token.startsWith('#')) break;
    if (/^(\|\||&&|[|;&])$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(quoted ?? token.replace(/^'|'$/g, ''));
  }
  const isAssignment = (word: string) => /^[A-Z_]+=/.test(word);
  return commands
    .map((words) => words.filter((_, index) => !words.slice(0, index + 1).every(isAssignment)))
    .filter((words) => words.length > 0);
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}
