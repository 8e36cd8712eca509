import type { RunState } from '@remotes/protocol/values/run';
import { sql } from 'kysely';
import type { OutcomeRow } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { preparedSql } from '../prepared.ts';

type OfJob = { wireNumber: number };
export type OutcomeCount = OutcomeRow & { groups: number; total: number };

/** The tallies and what was not added to them yet, in one look, are exact. */
const tallied = ({ wireNumber }: OfJob) => sql`(
  select state, outcome, runs from run_tallies where wire_number = ${wireNumber}
  union all select state, outcome, runs from run_moves where wire_number = ${wireNumber}) as tallied`;

const counts = preparedSql(
  (given: OfJob) => sql`select state, sum(runs)::bigint as runs from ${tallied(given)} group by state`,
);

const sampleOf = (given: OfJob) => sql`select min(host_id) from runs
  where runs.wire_number = ${given.wireNumber} and runs.state = biggest.state`;
const outcomes = preparedSql(
  (given: OfJob & { limit: number }) => sql`
    select state, nullif(outcome, '') as outcome, runs, groups, total,
      case outcome when '' then (${sampleOf(given)} and runs.outcome_hash is null)
        else (${sampleOf(given)} and runs.outcome_hash = biggest.outcome) end as "sampleHostId"
    from (
      select state, outcome, sum(runs)::bigint as runs, count(*) over () as groups,
        (sum(sum(runs)) over ())::bigint as total
      from ${tallied(given)}
      where state in ('succeeded', 'failed', 'timed_out', 'stopped', 'interrupted', 'refused')
      group by state, outcome having sum(runs) > 0
      order by runs desc, state, outcome limit ${given.limit}) as biggest
    order by runs desc, "sampleHostId"`,
);

const hasMoves = preparedSql(() => sql`select 1 from run_moves limit 1`);
// In one order, so that servers which do it at once wait for each other instead of both being stuck.
const fold = preparedSql(
  () => sql`
    with moves as (delete from run_moves returning wire_number, state, outcome, runs)
    insert into run_tallies (wire_number, state, outcome, runs)
    select wire_number, state, outcome, sum(runs) from moves group by 1, 2, 3 having sum(runs) <> 0 order by 1, 2, 3
    on conflict (wire_number, state, outcome) do update set runs = run_tallies.runs + excluded.runs`,
);

/** Of all hosts, where tallies are kept: on PostgreSQL. */
export const runTallies = Object.freeze({
  counts: async (connection: Connection, wireNumber: number) =>
    (await counts.all(connection, { wireNumber })) as { state: RunState; runs: number }[],
  outcomes: async (connection: Connection, wireNumber: number, limit: number) =>
    (await outcomes.all(connection, { wireNumber, limit })) as OutcomeCount[],
  hasMoves: async (connection: Connection) => (await hasMoves.first(connection, {})) !== undefined,
  fold: (connection: Connection) => fold.run(connection, {}),
});
