import { usualPageLimit } from '@remotes/protocol/operators/page';
import { type Problem, problem } from './problem.ts';

/** By what a page is found again: the key of its last item, in the order of the list. */
export type CursorKey = readonly (string | number)[];

/**
 * What the members of a key are, so that a cursor of another list is not taken for one of this, and one that somebody
 * made up asks no database for what it cannot hold. A `count` is a number from 1 on, of 31 bits.
 */
type Kind = 'text' | 'number' | 'count';
type Kinds = readonly Kind[];
type KeyOf<Wanted extends Kinds> = {
  readonly [Index in keyof Wanted]: Wanted[Index] extends 'text' ? string : number;
};

/** A cursor for whoever reads on: opaque to him, and no secret. */
export function writeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key that a cursor stands for: undefined for the first page, a problem for what this list never gave out. */
export function readCursor<const Wanted extends Kinds>(
  cursor: string | undefined,
  kinds: Wanted,
): KeyOf<Wanted> | undefined | Problem {
  if (cursor === undefined) return undefined;
  const key = parse(Buffer.from(cursor, 'base64url').toString());
  const isKey =
    Array.isArray(key) &&
    key.length === kinds.length &&
    kinds.every((kind, index) => isOfKind[kind](key[index]));
  if (isKey) return key as KeyOf<Wanted>;
  return problem('invalid_request', 'The cursor is none of this list: begin again without it.');
}

/** A page out of one row more than it holds: that row says whether there is a next one. */
export function pageFrom<Row>(
  rows: readonly Row[],
  limit: number | undefined,
  keyOf: (last: Row) => CursorKey,
): { items: readonly Row[]; next: string | null } {
  const most = limit ?? usualPageLimit;
  const items = rows.slice(0, most);
  const last = items.at(-1);
  return { items, next: rows.length > most && last !== undefined ? writeCursor(keyOf(last)) : null };
}

const isOfKind: Readonly<Record<Kind, (member: unknown) => boolean>> = {
  text: (member) => typeof member === 'string' && !member.includes('\0'),
  number: (member) => Number.isSafeInteger(member),
  count: (member) => Number.isInteger(member) && Number(member) >= 1 && Number(member) < 2 ** 31,
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
