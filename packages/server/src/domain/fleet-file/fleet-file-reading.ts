import { FleetFile } from '@remotes/protocol/values/fleet-file';
import { type Document, isAlias, isNode, LineCounter, parseDocument, visit } from 'yaml';
import type { FilePath, Finding } from '../fleet-findings.ts';
import { readShape, type Shape } from './fleet-file-shape.ts';

/** A sentence about a line of the file. */
export type LineFinding = { readonly line: number; readonly sentence: string };

export type FleetFileReading = {
  /** Undefined when too much is wrong to look any further. */
  readonly file: FleetFile | undefined;
  /** What is wrong with it, whatever it is applied to; by line. */
  readonly problems: readonly LineFinding[];
  /** Puts lines to what was found out about the file; nothing to what its problems say already. */
  locate(findings: readonly Finding[]): LineFinding[];
};

/** Reads a fleet file: YAML 1.2, of which JSON is a part. Tells everything that is wrong with it at once. */
export function readFleetFile(text: string): FleetFileReading {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  const faults = [...document.errors, ...document.warnings, ...strayAliases(document)];
  if (faults.length > 0) {
    const problems = faults.map((fault) => ({ line: lineAt(fault.pos[0]), sentence: faultText(fault) }));
    return { file: undefined, problems: inOrder(problems), locate: () => [] };
  }

  const lines = new Map<string, number>();
  const found: Finding[] = [];
  let isUsable = true;
  const value = readShape(FleetFile as Shape, document.contents, [], {
    resolve: (node) => (isAlias(node) ? node.resolve(document) : node),
    place(path, node) {
      if (isNode(node) && node.range) lines.set(JSON.stringify(path), lineAt(node.range[0]));
    },
    problem(at, sentence, earlier) {
      found.push({ at, sentence, ...(earlier && { earlier }) });
    },
    misfit(at, sentence) {
      isUsable = false;
      found.push({ at, sentence });
    },
  });

  const locate = (findings: readonly Finding[]) =>
    inOrder(
      findings.map(({ at, sentence, earlier }) => ({
        line: lineOf(lines, at),
        sentence: earlier ? `${sentence} (see line ${lineOf(lines, earlier)}).` : sentence,
      })),
    );
  const told = new Set(found.map(({ at }) => JSON.stringify(at)));
  return {
    file: isUsable ? (value as FleetFile) : undefined,
    problems: locate(found),
    locate: (findings) => locate(findings.filter(({ at }) => !told.has(JSON.stringify(at)))),
  };
}

/** The line of what stands there, else of what it would stand in. */
function lineOf(lines: ReadonlyMap<string, number>, path: FilePath): number {
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(JSON.stringify(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return 1;
}

function inOrder(findings: readonly LineFinding[]): LineFinding[] {
  return findings.toSorted((one, other) => one.line - other.line);
}

const faultTexts: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'A tab cannot indent in YAML: use spaces.',
  BAD_INDENT: 'The indentation does not fit the lines above.',
  MULTIPLE_DOCS: 'The file holds more than one document: leave out the "---" between them.',
  TAG_RESOLVE_FAILED: 'Tags such as "!name" mean nothing here: leave it out, or put the text in quotes.',
};

type Fault = { readonly pos: readonly [number, number]; readonly code: string; readonly message: string };

function strayAliases(document: Document): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      const [from = 0, to = 0] = alias.range ?? [];
      faults.push({ pos: [from, to], code: '', message: `nothing above is marked "&${alias.source}"` });
    },
  });
  return faults;
}

function faultText({ code, message }: Fault): string {
  return faultTexts[code] ?? `This is not YAML: ${message.replace(/\.$/, '')}.`;
}
