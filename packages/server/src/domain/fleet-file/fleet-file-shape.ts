import { isMap, isScalar, isSeq, type Pair, type Scalar } from 'yaml';
import type { FilePath } from '../fleet-findings.ts';
import { nearMiss } from '../fleet-near-miss.ts';

/** As much of JSON Schema as the fleet file's schema uses. */
export type Shape = {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[] | undefined;
  readonly patternProperties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
};

export type ShapeReader = {
  /** What an alias stands for; anything else as it is. */
  resolve(node: unknown): unknown;
  /** Learns where something stands. */
  place(path: FilePath, node: unknown): void;
  /** A problem that leaves the value usable, so that looking for others can go on. */
  problem(at: FilePath, sentence: string, earlier?: FilePath): void;
  /** A problem that leaves nothing to go on with. */
  misfit(at: FilePath, sentence: string): void;
};

/** Reads what stands in a YAML document as its schema says, telling all that is wrong with it. */
export function readShape(shape: Shape, node: unknown, path: FilePath, reader: ShapeReader): unknown {
  const found = reader.resolve(node);
  if (shape.items) return readList(shape, shape.items, found, path, reader);
  if (shape.properties || shape.patternProperties) return readMapping(shape, found, path, reader);
  return readScalar(shape, found, path, reader);
}

function readList(shape: Shape, items: Shape, node: unknown, path: FilePath, reader: ShapeReader): unknown {
  if (!isSeq(node)) return reader.misfit(path, misfitText(shape, node, path));
  return node.items.map((item, index) => {
    reader.place([...path, index], item);
    return readShape(items, item, [...path, index], reader);
  });
}

function readMapping(shape: Shape, node: unknown, path: FilePath, reader: ShapeReader): unknown {
  if (!isMap(node)) return reader.misfit(path, misfitText(shape, node, path));
  const anything = Object.values(shape.patternProperties ?? {})[0];
  const read = new Map<string, unknown>();
  for (const pair of node.items) {
    const key = keyText(reader.resolve(pair.key));
    if (key === undefined) {
      reader.place([...path, ''], pair.key);
      reader.misfit([...path, ''], 'The name before ":" must be a text.');
      continue;
    }
    const at = [...path, key];
    if (read.has(key)) {
      // Two places for one path: this one is told under a name that no key can have.
      reader.place([...path, `\0${key}`], pair.key);
      reader.problem([...path, `\0${key}`], `"${key}" is there twice`, at);
      continue;
    }
    reader.place(at, pair.key);
    const member = propertyOf(shape, key) ?? anything;
    if (member) read.set(key, readShape(member, (pair as Pair).value, at, reader));
    else reader.problem(at, unknownText(key, shape, path));
  }
  for (const key of shape.required ?? []) {
    if (!read.has(key)) reader.misfit(path, `This ${nounOf(path)} has no "${key}".`);
  }
  return Object.fromEntries(read);
}

function readScalar(shape: Shape, node: unknown, path: FilePath, reader: ShapeReader): unknown {
  const scalar = isScalar(node) ? node : undefined;
  if (scalar?.value === null && accepts(shape, 'null')) return null;
  const value = readValue(shape, scalar);
  if (value === undefined) {
    const tell = shape.enum && scalar && scalar.value !== null ? reader.problem : reader.misfit;
    return tell(path, misfitText(shape, node, path));
  }
  const sentence =
    typeof value === 'string'
      ? problemOfText(shape, value, path)
      : problemOfNumber(shape, value, scalar, path);
  if (sentence !== undefined) reader.problem(path, sentence);
  return value;
}

/** What is typed without quotes is a text wherever a text is asked for, as it is written: `1.10`, `000147`, `true`. */
function readValue(shape: Shape, scalar: Scalar | undefined): string | number | boolean | undefined {
  const value = scalar?.value;
  if (value === undefined || value === null) return undefined;
  if (accepts(shape, 'boolean') && !accepts(shape, 'string')) {
    return typeof value === 'boolean' ? value : undefined;
  }
  if (accepts(shape, 'integer')) return Number.isInteger(value) ? (value as number) : undefined;
  const text = typeof value === 'string' ? value : (scalar?.source ?? String(value));
  return shape.enum && !shape.enum.includes(text) ? undefined : text;
}

function problemOfText(shape: Shape, text: string, path: FilePath): string | undefined {
  const subject = subjectOf(path);
  if (shape.maxLength !== undefined && [...text].length > shape.maxLength) {
    return `${subject} must have at most ${shape.maxLength} characters, not ${[...text].length}.`;
  }
  if (!text.isWellFormed()) return `${subject} must be text; it holds half of a character.`;
  if (shape.minLength !== undefined && text.length < shape.minLength) return `${subject} must not be empty.`;
  if (shape.pattern === undefined || new RegExp(shape.pattern, 'u').test(text)) return undefined;
  return `${subject} must be ${shape.patternErrorMessage}.`;
}

function problemOfNumber(
  shape: Shape,
  value: number | boolean,
  scalar: Scalar | undefined,
  path: FilePath,
): string | undefined {
  if (typeof value === 'boolean') return undefined;
  const { minimum = -Infinity, maximum = Infinity } = shape;
  return value >= minimum && value <= maximum ? undefined : misfitText(shape, scalar, path);
}

function misfitText(shape: Shape, node: unknown, path: FilePath): string {
  const expected = expectationOf(shape);
  const subject = subjectOf(path);
  const isNothing = node === null || node === undefined || (isScalar(node) && node.value === null);
  if (isNothing && shape.items) return `${subject} has no value: write [] for an empty list.`;
  if (isNothing) return `${subject} has no value: it must be ${expected}.`;
  return `${subject} must be ${expected}, not ${findingOf(node)}.`;
}

function expectationOf(shape: Shape): string {
  if (shape.items) return 'a list';
  if (shape.properties || shape.patternProperties) return 'a mapping, with "name: value" lines';
  if (shape.enum) return `one of ${shape.enum.join(', ')}`;
  if (accepts(shape, 'integer')) return `a whole number from ${shape.minimum} to ${shape.maximum}`;
  return accepts(shape, 'string') ? 'a text' : 'true or false';
}

const longestShown = 40;

function findingOf(node: unknown): string {
  if (isSeq(node)) return 'a list';
  if (isMap(node)) return 'a mapping';
  const text = isScalar(node) ? String(node.source ?? node.value) : '';
  return JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);
}

function unknownText(key: string, shape: Shape, path: FilePath): string {
  const known = Object.keys(shape.properties ?? {});
  const rest = nearMiss(key, known) || `: it can hold ${known.join(', ')}.`;
  return `A ${nounOf(path)} has no "${key}"${rest}`;
}

function subjectOf(path: FilePath): string {
  const last = path.at(-1);
  if (last === undefined) return 'The file';
  return typeof last === 'string' ? `"${last}"` : `Each item of "${path.at(-2)}"`;
}

const nouns: Readonly<Record<string, string>> = {
  hosts_groups: 'hosts group',
  settings: 'setting',
  variables: 'variable',
  commands_groups: 'commands group',
  commands: 'command',
};

function nounOf(path: FilePath): string {
  return nouns[String(path.at(-2))] ?? 'fleet file';
}

function accepts({ type }: Shape, kind: string): boolean {
  return typeof type === 'string' ? type === kind : (type?.includes(kind) ?? false);
}

function propertyOf({ properties = {} }: Shape, key: string): Shape | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function keyText(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
