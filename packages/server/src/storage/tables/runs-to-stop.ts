import { sql } from 'kysely';
import type { Connection } from '../connection.ts';
import { sqlOnce } from '../prepared.ts';
import { listOf } from './id-list.ts';

export function runsToStop(
  connection: Connection,
  hostIds: readonly number[],
): Promise<{ hostId: number; id: string; attempt: number }[]> {
  return sqlOnce(
    connection,
    sql`select runs.host_id as "hostId", runs.id, runs.attempt from flights
      join runs on runs.number = flights.run_number
      where runs.stop_asked_at is not null and flights.host_id in ${listOf(connection.kind, hostIds)}
      order by runs.number`,
  );
}
