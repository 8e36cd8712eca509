import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Run, RunFilter } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce } from '../prepared.ts';
import type { Schema } from '../schema.ts';
import { runColumns, type StoredRun } from './runs-columns.ts';
import { within } from './scope.ts';

/** Literally: the index of a host's runs leaves out those that wait. */
export const wasGiven = sql<boolean>`state <> 'queued'`;

/** The newest that the filter lets through. */
export async function listRuns(connection: Connection, filter: RunFilter): Promise<StoredRun[]> {
  const { hostId, state, isGiven = false, limit } = filter;
  const mayWait = !isGiven && (state === undefined || state === 'queued');
  // Those that wait are in no index of hosts, nor of all runs, but in that of each job.
  if (!mayWait) return listedRuns(connection, { ...filter, isGiven: true });
  if (hostId === undefined && state === undefined) return listedRuns(connection, filter);
  const waiting = await builtOnce(connection, (db) =>
    narrowed(
      db
        .selectFrom('runs')
        .select(runColumns)
        .where('runs.wire_number', 'in', (inner) =>
          inner.selectFrom('wire_numbers').select('wire_numbers.number'),
        )
        .where('runs.state', '=', sql.lit('queued' as const))
        .orderBy('runs.number', 'desc')
        .limit(limit),
      filter,
    ),
  );
  if (state === 'queued') return waiting;
  const given = await listedRuns(connection, { ...filter, isGiven: true });
  return [...waiting, ...given].sort((one, other) => other.number - one.number).slice(0, limit);
}

function listedRuns(connection: Connection, filter: RunFilter): Promise<StoredRun[]> {
  return builtOnce(connection, (db) => {
    const query = db.selectFrom('runs').select(runColumns).orderBy('number', 'desc').limit(filter.limit);
    return narrowed(filter.isGiven ? query.where(wasGiven) : query, filter);
  });
}

const all = sql<boolean>`true`;
const underWay = sql<boolean>`runs.number in (select run_number from flights)`;
// In the very words of the index, without which SQLite does not see that it may use it.
const unsuccessful = sql<boolean>`state not in ('queued', 'delivered', 'running', 'succeeded')`;

/** What leads to the runs of a state, where they are few among many. */
const foundBy: Readonly<Record<Run['state'], RawBuilder<boolean>>> = {
  queued: all,
  delivered: underWay,
  running: underWay,
  succeeded: all,
  failed: unsuccessful,
  timed_out: unsuccessful,
  stopped: unsuccessful,
  interrupted: unsuccessful,
  cancelled: unsuccessful,
  expired: unsuccessful,
  refused: unsuccessful,
};

type RunsQuery<Row> = SelectQueryBuilder<Schema, 'runs', Row>;

function narrowed<Row>(
  query: RunsQuery<Row>,
  { hostId, wireNumber, state, afterNumber, beforeNumber, scope = null }: RunFilter,
): RunsQuery<Row> {
  let narrow = query;
  if (hostId !== undefined) narrow = narrow.where('runs.host_id', '=', hostId);
  if (wireNumber !== undefined) narrow = narrow.where('runs.wire_number', '=', wireNumber);
  if (state !== undefined) narrow = narrow.where('runs.state', '=', sql.lit(state)).where(foundBy[state]);
  if (afterNumber !== undefined) narrow = narrow.where('runs.number', '>', afterNumber);
  if (beforeNumber !== undefined) narrow = narrow.where('runs.number', '<', beforeNumber);
  if (scope) narrow = narrow.where(sql<boolean>`true ${within(scope)}`);
  return narrow;
}
