import { sql } from 'kysely';
import type { DatabaseKind } from '../connection.ts';

/** A list of any length as one parameter. */
export function listOf(kind: DatabaseKind, ids: readonly number[]) {
  const list = JSON.stringify(ids);
  return kind === 'sqlite'
    ? sql`(select value from json_each(${list}))`
    : sql`(select value::bigint from json_array_elements_text(${list}::json))`;
}
