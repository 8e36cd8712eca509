import { sql } from 'kysely';
import type { Connection, DatabaseKind } from '../connection.ts';
import { preparedSql } from '../prepared.ts';
import { listIn } from './id-list.ts';

type RunToStop = { hostId: number; id: string; attempt: number };

const toStop = (kind: DatabaseKind) =>
  preparedSql(
    (given: { hostIds: string }) => sql`
      select runs.host_id as "hostId", runs.id, runs.attempt from flights
      join runs on runs.number = flights.run_number
      where runs.stop_asked_at is not null and flights.host_id in ${listIn(kind, given.hostIds)}
      order by runs.number`,
  );
const statements = { sqlite: toStop('sqlite'), postgres: toStop('postgres') };

export async function runsToStop(connection: Connection, hostIds: readonly number[]): Promise<RunToStop[]> {
  const rows = await statements[connection.kind].all(connection, { hostIds: JSON.stringify(hostIds) });
  return rows as RunToStop[];
}
