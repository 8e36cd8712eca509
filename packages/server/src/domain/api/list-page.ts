import { usualPageLimit } from '@remotes/protocol/operators/page';
import { type CursorKey, pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, type Problem } from '../operators/problem.ts';

type PageQuery = { readonly limit?: number; readonly cursor?: string };

/** How many rows to ask for: one more than the page holds says whether there is a next one. */
export function rowsWanted({ limit }: PageQuery): number {
  return (limit ?? usualPageLimit) + 1;
}

/** A page of what is in memory whole: of definitions, of which there are never many. `keyOf` says their order. */
export function pageOfAll<Row>(
  rows: readonly Row[],
  query: PageQuery,
  kinds: readonly ('text' | 'number')[],
  keyOf: (row: Row) => CursorKey,
): { items: readonly Row[]; next: string | null } | Problem {
  const after = readCursor(query.cursor, kinds);
  if (isProblem(after)) return after;
  const sorted = rows.toSorted((one, other) => compareKeys(keyOf(one), keyOf(other)));
  const rest = after === undefined ? sorted : sorted.filter((row) => compareKeys(keyOf(row), after) > 0);
  return pageFrom(rest.slice(0, rowsWanted(query)), query.limit, keyOf);
}

function compareKeys(one: CursorKey, other: CursorKey): number {
  for (const [index, mine] of one.entries()) {
    const theirs = other[index];
    if (theirs === undefined || mine === theirs) continue;
    return mine < theirs ? -1 : 1;
  }
  return 0;
}
