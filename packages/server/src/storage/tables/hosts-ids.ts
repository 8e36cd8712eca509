import { type Expression, sql } from 'kysely';
import type { Connection } from '../connection.ts';
import { sqlOnce } from '../prepared.ts';
import { isAway } from './hosts-pages.ts';

/** Hosts that are not online, by the reason. */
export function absentHosts(connection: Connection, now: number) {
  return listsOf(connection, { away: isAway(now), never: sql`last_seen_at is null` });
}

/** Verified hosts, by whether v1 is closed to them. */
export function verifiedIds(connection: Connection) {
  return listsOf(connection, {
    sealed: sql`state = 'verified' and channel_key is not null`,
    v1: sql`state = 'verified' and channel_key is null`,
  });
}

/** As lists in one row, by one pass over all hosts: rows cost more than what is in them. */
async function listsOf<Name extends string>(
  connection: Connection,
  conditions: Record<Name, Expression<unknown>>,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Expression<unknown>>(conditions);
  const gather = connection.kind === 'sqlite' ? sql`json_group_array(id)` : sql`json_agg(id)`;
  const lists = entries.map(
    ([name, condition]) => sql`cast(${gather} filter (where ${condition}) as text) as ${sql.ref(name)}`,
  );
  const [row] = await sqlOnce<Record<string, string | null>>(
    connection,
    sql`select ${sql.join(lists)} from hosts`,
  );
  const read = entries.map(([name]) => [name, JSON.parse(row?.[name] ?? '[]')]);
  return Object.fromEntries(read) as Record<Name, number[]>;
}
