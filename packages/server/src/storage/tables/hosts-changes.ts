import { sql } from 'kysely';
import type { Connection } from '../connection.ts';
import { preparedSql } from '../prepared.ts';

/** Whatever comes into sight later has a number that is as high at least. */
const place = {
  sqlite: preparedSql(
    () => sql`select max(coalesce((select max(changed) from hosts), 0),
      coalesce((select max(changed) from hosts_removed), 0)) + 1 as place`,
  ),
  postgres: preparedSql(() => sql`select pg_snapshot_xmin(pg_current_snapshot())::text as place`),
};

const removed = {
  sqlite: preparedSql(
    (given: { place: string }) => sql`
      select host_id as id from hosts_removed where changed >= cast(${given.place} as integer)`,
  ),
  postgres: preparedSql(
    (given: { place: string }) =>
      sql`select host_id as id from hosts_removed where changed >= ${given.place}::xid8`,
  ),
};

export async function changesPlace(connection: Connection): Promise<string> {
  const row = (await place[connection.kind].first(connection, {})) as { place: string | number };
  return String(row.place);
}

export async function removedSince(connection: Connection, since: string): Promise<number[]> {
  const rows = (await removed[connection.kind].all(connection, { place: since })) as { id: number }[];
  return rows.map(({ id }) => id);
}

/**
 * Whether a host was added or changed since this place. Asked by itself, or a planner that hopes for many goes through all
 * hosts in the order of their ids.
 */
export function isSince({ kind }: Connection, since: string) {
  const isLater =
    kind === 'sqlite'
      ? sql`changed >= cast(${since} as integer)`
      : // Transactions that are still to come are of another PostgreSQL, from which a dump was brought here.
        sql`changed >= ${since}::xid8 and changed < pg_snapshot_xmax(pg_current_snapshot())`;
  return sql`and id in (
    with found as materialized (select id from hosts where ${isLater}) select id from found)`;
}
