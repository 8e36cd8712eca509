import { RunState } from '@remotes/protocol/values/run';
import { sql } from 'kysely';
import type { Closing, JobRunsTable, RunCounts, Scope } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce, preparedSql, sqlOnce } from '../prepared.ts';
import { listOf } from './id-list.ts';
import { type OutcomeCount, runTallies } from './run-tallies.ts';
import { runColumns, toRun } from './runs-columns.ts';
import { within } from './scope.ts';

type JobOfRuns = Parameters<JobRunsTable['addQueued']>[0];

// One statement for all of them: a job of 50,000 hosts is to be made in a moment.
const addQueued = {
  sqlite: preparedSql(
    (given: JobOfRuns & { runs: string }) => sql`
      insert into runs (id, job_id, host_id, wire_number, command_name, revision, attempt, state, inputs, interpreter)
      select value ->> 0, ${given.jobId}, value ->> 1, ${given.wireNumber}, ${given.commandName}, ${given.revision}, 1,
        'queued', value ->> 3, value ->> 2
      from json_each(${given.runs})`,
  ),
  postgres: preparedSql(
    (
      given: JobOfRuns & { ids: string[]; hostIds: number[]; interpreters: string[]; inputs: string[] },
    ) => sql`
      insert into runs (id, job_id, host_id, wire_number, command_name, revision, attempt, state, inputs, interpreter)
      select run.id, ${given.jobId}, run.host_id, ${given.wireNumber}, ${given.commandName}, ${given.revision}, 1,
        'queued', run.inputs, run.interpreter
      from unnest(${given.ids}::text[], ${given.hostIds}::bigint[], ${given.interpreters}::text[], ${given.inputs}::text[])
        as run (id, host_id, interpreter, inputs)`,
  ),
};
const makePending = preparedSql(
  (given: { wireNumber: number }) => sql`
    insert into pending (host_id, wire_number)
    select host_id, wire_number from runs where wire_number = ${given.wireNumber} and state = 'queued'`,
);

const countAll = preparedSql(
  (given: { wireNumber: number }) => sql`
    select state, count(*) as runs from runs where wire_number = ${given.wireNumber} group by state`,
);

export function jobRunsTable(connection: Connection): JobRunsTable {
  const { kind } = connection;
  return Object.freeze({
    async addQueued(job, runs) {
      if (kind === 'sqlite') {
        const rows = runs.map(({ id, hostId, interpreter, inputs }) => [id, hostId, interpreter, inputs]);
        await addQueued.sqlite.run(connection, { ...job, runs: JSON.stringify(rows) });
      } else {
        await addQueued.postgres.run(connection, {
          ...job,
          ids: runs.map(({ id }) => id),
          hostIds: runs.map(({ hostId }) => hostId),
          interpreters: runs.map(({ interpreter }) => interpreter),
          inputs: runs.map(({ inputs }) => inputs),
        });
      }
      await makePending.run(connection, { wireNumber: job.wireNumber });
    },
    async closeQueued(wireNumber, { state, reason, at }: Closing, hostIds) {
      const meant = hostIds === null ? sql`` : sql`and host_id in ${listOf(kind, hostIds)}`;
      const stopAskedAt = state === 'cancelled' ? at : null;
      await sqlOnce(
        connection,
        sql`delete from pending where wire_number = ${wireNumber} ${meant}
          and exists (select 1 from runs where runs.wire_number = pending.wire_number
            and runs.host_id = pending.host_id and runs.state = 'queued')`,
      );
      const closed = await sqlOnce(
        connection,
        sql`update runs set state = ${state}, reason = ${reason}, finished_at = ${at}, stop_asked_at = ${stopAskedAt}
          where wire_number = ${wireNumber} and state = 'queued' ${meant} returning number`,
      );
      return closed.length;
    },
    async hostIds(wireNumber, states, scope) {
      if (states.length === 0) return [];
      const rows = await sqlOnce<{ hostId: number }>(
        connection,
        sql`select host_id as "hostId" from runs
          where wire_number = ${wireNumber} and state in (${sql.join(states)}) ${within(scope)} order by host_id`,
      );
      return rows.map((row) => row.hostId);
    },
    async askToStop(wireNumber, at, hostIds) {
      const asked = await sqlOnce(
        connection,
        sql`update runs set stop_asked_at = ${at}
          where wire_number = ${wireNumber} and state in ('delivered', 'running') and stop_asked_at is null
            and host_id in ${listOf(kind, hostIds)} returning number`,
      );
      return asked.length;
    },
    async counts(wireNumber, scope) {
      const rows = await countsByState(connection, wireNumber, scope);
      const counts = Object.fromEntries(RunState.enum.map((state) => [state, 0])) as RunCounts;
      for (const { state, runs } of rows) counts[state] = runs;
      return counts;
    },
    async lastFinishedAt(wireNumber, scope) {
      const [row] = await sqlOnce<{ at: number | null }>(
        connection,
        sql`select max(finished_at) as at from runs where wire_number = ${wireNumber} ${within(scope)}`,
      );
      return row?.at ?? null;
    },
    async outcomes(wireNumber, scope, limit) {
      const rows = await countsByOutcome(connection, wireNumber, scope, limit);
      return {
        rows: rows.map(({ state, outcome, runs, sampleHostId }) => ({ state, outcome, runs, sampleHostId })),
        groups: rows[0]?.groups ?? 0,
        runs: rows[0]?.total ?? 0,
      };
    },
    async page(wireNumber, { state, outcome, hostIds, afterHostId, scope, limit }) {
      const rows = await builtOnce(connection, (db) => {
        let query = db
          .selectFrom('runs')
          .select(runColumns)
          .where('wire_number', '=', wireNumber)
          .orderBy('host_id')
          .limit(limit);
        if (state !== undefined) query = query.where('state', '=', state);
        if (outcome !== undefined) query = query.where('outcome_hash', '=', outcome);
        if (hostIds !== undefined) query = query.where(sql<boolean>`host_id in ${listOf(kind, hostIds)}`);
        if (afterHostId !== undefined) query = query.where('host_id', '>', afterHostId);
        if (scope) query = query.where(sql<boolean>`true ${within(scope)}`);
        return query;
      });
      return rows.map(toRun);
    },
    hasMoves: async () => kind === 'postgres' && runTallies.hasMoves(connection),
    async foldMoves() {
      if (kind === 'postgres') await runTallies.fold(connection);
    },
  } satisfies JobRunsTable);
}

async function countsByState(connection: Connection, wireNumber: number, scope: Scope) {
  if (scope === null && connection.kind === 'postgres') return runTallies.counts(connection, wireNumber);
  const rows =
    scope === null
      ? await countAll.all(connection, { wireNumber })
      : await sqlOnce(
          connection,
          sql`select state, count(*) as runs from runs where wire_number = ${wireNumber} ${within(scope)} group by state`,
        );
  return rows as { state: RunState; runs: number }[];
}

async function countsByOutcome(connection: Connection, wireNumber: number, scope: Scope, limit: number) {
  if (scope === null && connection.kind === 'postgres') {
    return runTallies.outcomes(connection, wireNumber, limit);
  }
  return sqlOnce<OutcomeCount>(
    connection,
    sql`select state, outcome_hash as outcome, count(*) as runs, min(host_id) as "sampleHostId",
        count(*) over () as groups, cast(sum(count(*)) over () as bigint) as total
      from runs
      where wire_number = ${wireNumber}
        and state in ('succeeded', 'failed', 'timed_out', 'stopped', 'interrupted', 'refused') ${within(scope)}
      group by state, outcome_hash order by runs desc, "sampleHostId" limit ${limit}`,
  );
}
