import { type RawBuilder, sql } from 'kysely';
import type { DatabaseKind } from '../connection.ts';

/** A list of any length as one parameter. */
export function listOf(kind: DatabaseKind, ids: readonly number[]) {
  return listIn(kind, JSON.stringify(ids));
}

/** The same of a list that is written already, as a prepared statement takes it. */
export function listIn(kind: DatabaseKind, list: string) {
  return kind === 'sqlite'
    ? sql`(select value from json_each(${list}))`
    : sql`(select value::bigint from json_array_elements_text(${list}::json))`;
}

/** The other way round: ids of such rows, in order, as one text. */
export function idsAsJson(kind: DatabaseKind, column: string, from: RawBuilder<unknown>) {
  const id = sql.ref(column);
  return kind === 'sqlite'
    ? sql<string>`(select json_group_array(${id}) from (select ${id} ${from} order by ${id}))`
    : sql<string>`(select coalesce(json_agg(${id} order by ${id}), '[]')::text ${from})`;
}
