import { HostState } from './host.ts';

/** What hosts are told apart by. The last five are what a host says of itself: claims. */
export const hostFilterFields = [
  'name',
  'id',
  'group',
  'state',
  'presence',
  'protocol',
  'hostname',
  'os',
  'os_release',
  'architecture',
  'client_version',
] as const;
export type HostFilterField = (typeof hostFilterFields)[number];

/** `~` takes `*` for any text and `?` for any one character. */
export type HostFilterOperator = '=' | '!=' | '~';

/** `os=linux and group="Web" and not name~"test-*"`, read. */
export type HostFilter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly HostFilter[] }
  | { readonly kind: 'not'; readonly part: HostFilter }
  | {
      readonly kind: 'is';
      readonly field: HostFilterField;
      readonly operator: HostFilterOperator;
      readonly value: string;
    };

/** What a filter looks at. A fact that the host has not told is null, and is like nothing. */
export type FilterableHost = {
  readonly id: number;
  readonly name: string;
  readonly groups: readonly string[];
  readonly state: string;
  readonly presence: 'online' | 'away' | 'never';
  readonly protocol: 'v1' | 'sealed';
  readonly hostname: string | null;
  /** As the host says it; compared by `osName`. */
  readonly os: string | null;
  readonly os_release: string | null;
  readonly architecture: string | null;
  readonly client_version: string | null;
};

/** Why a filter cannot be read, and at which character, counted from 0. */
export type HostFilterProblem = { readonly problem: string; readonly at: number };

const deepest = 50;

/**
 * Reads a filter: comparisons `field=value`, `field!=value`, `field~glob`, put together by `and`, `or`, `not` and brackets;
 * `and` binds closer than `or`. A value is a word, or stands in double quotes, in which `\"` and `\\` are a quote and a
 * backslash. Names and groups are compared exactly, all else in any case.
 */
export function parseHostFilter(text: string): HostFilter | HostFilterProblem {
  const tokens = tokensOf(text);
  if ('problem' in tokens) return tokens;
  let next = 0;
  const peek = () => tokens[next] ?? { kind: 'end', text: '', at: text.length };
  const isWord = (word: string) => peek().kind === 'word' && peek().text.toLowerCase() === word;

  const chain = (kind: 'and' | 'or', part: (depth: number) => HostFilter, depth: number): HostFilter => {
    const parts = [part(depth)];
    while (isWord(kind)) {
      next += 1;
      parts.push(part(depth));
    }
    return parts.length === 1 ? parts[0]! : { kind, parts };
  };
  const either = (depth: number): HostFilter => chain('or', both, depth);
  const both = (depth: number): HostFilter => chain('and', single, depth);
  const single = (depth: number): HostFilter => {
    const token = peek();
    if (depth > deepest) throw trouble('more brackets within each other than it takes', token.at);
    if (isWord('not')) {
      next += 1;
      return { kind: 'not', part: single(depth + 1) };
    }
    if (token.kind !== '(') return comparison();
    next += 1;
    const inner = either(depth + 1);
    if (peek().kind !== ')') throw trouble('a closing bracket is missing', peek().at);
    next += 1;
    return inner;
  };
  const comparison = (): HostFilter => {
    const [name, sign, value] = [peek(), tokens[next + 1], tokens[next + 2]];
    const field = hostFilterFields.find((known) => known === name.text.toLowerCase());
    if (name.kind !== 'word' || field === undefined) {
      throw trouble(`one of ${hostFilterFields.join(', ')} is wanted`, name.at);
    }
    if (sign?.kind !== 'sign') throw trouble('one of =, != and ~ is wanted', sign?.at ?? text.length);
    if (value?.kind !== 'word' && value?.kind !== 'text') {
      throw trouble(
        'a value is wanted, in double quotes if it is more than a word',
        value?.at ?? text.length,
      );
    }
    const operator = sign.text as HostFilterOperator;
    const known = valuesOf[field];
    if (operator !== '~' && known && !known.includes(value.text.toLowerCase())) {
      throw trouble(`${field} is one of ${known.join(', ')}`, value.at);
    }
    next += 3;
    return { kind: 'is', field, operator, value: value.text };
  };

  try {
    const filter = either(0);
    if (peek().kind === 'end') return filter;
    throw trouble('"and" or "or" is wanted', peek().at);
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown;
    return thrown as HostFilterProblem;
  }
}

/** Whether this host is meant. */
export function matchesHostFilter(filter: HostFilter, host: FilterableHost): boolean {
  if (filter.kind === 'not') return !matchesHostFilter(filter.part, host);
  if (filter.kind !== 'is') {
    const matches = (part: HostFilter) => matchesHostFilter(part, host);
    return filter.kind === 'and' ? filter.parts.every(matches) : filter.parts.some(matches);
  }
  const { field, operator, value } = filter;
  const isExact = field === 'name' || field === 'group';
  const wanted = isExact ? value : value.toLowerCase();
  const isAlike = textsOf(host, field).some((text) => {
    const compared = isExact ? text : text.toLowerCase();
    return operator === '~' ? isLike(compared, wanted) : compared === wanted;
  });
  return operator === '!=' ? !isAlike : isAlike;
}

/** The fields that the filter looks at. */
export function fieldsOf(filter: HostFilter): ReadonlySet<HostFilterField> {
  if (filter.kind === 'is') return new Set([filter.field]);
  const parts = filter.kind === 'not' ? [filter.part] : filter.parts;
  return new Set(parts.flatMap((part) => [...fieldsOf(part)]));
}

/**
 * Whether what hosts say of themselves is not enough to be meant: whichever way the filter is true, something that is
 * decided here (name, id, group) has a part in it.
 */
export function isAnchored(filter: HostFilter): boolean {
  // Not to be in a group is said of every host that nobody put anywhere.
  if (filter.kind === 'not') return false;
  if (filter.kind !== 'is') {
    return filter.kind === 'and' ? filter.parts.some(isAnchored) : filter.parts.every(isAnchored);
  }
  return filter.operator !== '!=' && ['name', 'id', 'group'].includes(filter.field);
}

/** What an operating system is called in filters: `linux`, `windows`, `macos`, else what the host says. */
export function osName(said: string): string {
  const lower = said.toLowerCase();
  if (lower.startsWith('windows')) return 'windows';
  return lower === 'darwin' ? 'macos' : lower;
}

const valuesOf: Readonly<Partial<Record<HostFilterField, readonly string[]>>> = {
  state: HostState.enum,
  presence: ['online', 'away', 'never'],
  protocol: ['v1', 'sealed'],
};

function textsOf(host: FilterableHost, field: HostFilterField): readonly string[] {
  if (field === 'group') return host.groups;
  const value = host[field];
  if (value === null) return [];
  return [field === 'os' ? osName(String(value)) : String(value)];
}

/** In time that grows with the two lengths at most: what is compared is somebody else's. */
function isLike(text: string, glob: string): boolean {
  let [at, inGlob, star, from] = [0, 0, -1, 0];
  while (at < text.length) {
    if (glob[inGlob] === '*') {
      star = inGlob;
      from = at;
      inGlob += 1;
    } else if (glob[inGlob] === '?' || glob[inGlob] === text[at]) {
      at += 1;
      inGlob += 1;
    } else if (star >= 0) {
      from += 1;
      at = from;
      inGlob = star + 1;
    } else return false;
  }
  while (glob[inGlob] === '*') inGlob += 1;
  return inGlob === glob.length;
}

type Token = {
  readonly kind: '(' | ')' | 'sign' | 'word' | 'text' | 'end';
  readonly text: string;
  readonly at: number;
};

const shapes = /\s+|(?<bracket>[()])|(?<sign>!=|=|~)|"(?<text>(?:[^"\\]|\\["\\])*)"|(?<word>[^\s()=~!"\\]+)/y;

function tokensOf(text: string): Token[] | HostFilterProblem {
  const tokens: Token[] = [];
  shapes.lastIndex = 0;
  while (shapes.lastIndex < text.length) {
    const at = shapes.lastIndex;
    const groups = shapes.exec(text)?.groups;
    if (!groups) {
      const isOpen = text[at] === '"';
      return trouble(isOpen ? 'a closing quote is missing' : `${text[at]} has no meaning here`, at);
    }
    const { bracket, sign, text: quoted, word } = groups;
    if (bracket) tokens.push({ kind: bracket as '(' | ')', text: bracket, at });
    else if (sign) tokens.push({ kind: 'sign', text: sign, at });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1'), at });
    else if (word) tokens.push({ kind: 'word', text: word, at });
  }
  return tokens;
}

function trouble(what: string, at: number): HostFilterProblem {
  return { problem: `The filter cannot be read at character ${at + 1}: ${what}.`, at };
}
