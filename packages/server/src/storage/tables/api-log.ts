import { sql } from 'kysely';
import type { ApiLogEntry, ApiLogTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared, preparedSql } from '../prepared.ts';

const add = prepared((db, given: ApiLogEntry) =>
  db.insertInto('api_log').values({
    at: given.at,
    request_id: given.requestId,
    method: given.method,
    path: given.path,
    status: given.status,
    address: given.address,
    host_name: given.hostName,
    operator_name: given.operatorName,
    client_agent: given.clientAgent,
    duration_ms: given.durationMs,
    arguments: given.arguments,
  }),
);
/** Each statement is a way there and back: a batch of thousands goes as one. */
const addAllOnPostgres = preparedSql(
  (given: { entries: string }) => sql`
    insert into api_log (at, request_id, method, path, status, address, host_name, operator_name, client_agent, duration_ms,
      arguments)
    select entry."at", entry."requestId", entry."method", entry."path", entry."status", entry."address",
      entry."hostName", entry."operatorName", entry."clientAgent", entry."durationMs", entry."arguments"
    from json_to_recordset(${given.entries}::json) as entry("at" bigint, "requestId" text, "method" text,
      "path" text, "status" integer, "address" text, "hostName" text, "operatorName" text, "clientAgent" text,
      "durationMs" double precision, "arguments" text)`,
);
const list = prepared((db, given: { limit: number; beforeId: number }) =>
  db
    .selectFrom('api_log')
    .select([
      'id',
      'at',
      'request_id as requestId',
      'method',
      'path',
      'status',
      'address',
      'host_name as hostName',
      'operator_name as operatorName',
      'client_agent as clientAgent',
      'duration_ms as durationMs',
      'arguments',
    ])
    .where('id', '<', given.beforeId)
    .orderBy('id', 'desc')
    .limit(given.limit),
);
const prune = prepared((db, given: { olderThan: number; limit: number }) =>
  db
    .deleteFrom('api_log')
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('api_log as old')
        .select('old.id')
        .where('old.at', '<', given.olderThan)
        .orderBy('old.at')
        .limit(given.limit),
    ),
);

export function apiLogTable(connection: Connection): ApiLogTable {
  return Object.freeze({
    async add(entries: readonly ApiLogEntry[]) {
      if (connection.kind === 'postgres') {
        await addAllOnPostgres.run(connection, { entries: JSON.stringify(entries) });
        return;
      }
      for (const entry of entries) await add.run(connection, entry);
    },
    list: (limit: number, beforeId = Number.MAX_SAFE_INTEGER) => list.all(connection, { limit, beforeId }),
    prune: (olderThan: number, limit: number) => prune.run(connection, { olderThan, limit }),
  });
}
