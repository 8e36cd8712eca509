import { sql } from 'kysely';
import type { Visit } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared, preparedSql } from '../prepared.ts';

const recordOne = prepared((db, given: Visit) =>
  db
    .updateTable('hosts')
    .set({
      last_seen_at: given.at,
      usual_interval_ms: given.usualIntervalMs,
      last_address: given.address,
      client_agent: given.clientAgent,
      client_version: given.clientVersion,
    })
    .where('id', '=', given.hostId),
);

/** Each statement is a way there and back: a batch of thousands goes as one. */
const recordAllOnPostgres = preparedSql(
  (given: { visits: string }) => sql`
    update hosts set last_seen_at = visit."at", usual_interval_ms = visit."usualIntervalMs",
      last_address = visit."address", client_agent = visit."clientAgent", client_version = visit."clientVersion"
    from json_to_recordset(${given.visits}::json) as visit("hostId" bigint, "at" bigint,
      "usualIntervalMs" bigint, "address" text, "clientAgent" text, "clientVersion" text)
    where hosts.id = visit."hostId"`,
);

export async function recordVisits(connection: Connection, visits: readonly Visit[]): Promise<void> {
  if (connection.kind === 'postgres') {
    await recordAllOnPostgres.run(connection, { visits: JSON.stringify(visits) });
    return;
  }
  for (const visit of visits) await recordOne.run(connection, visit);
}
