import { sql } from 'kysely';
import type { AdHocJob, JobFilter, JobStanding, JobsTable, NewJob, RunCounts } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared, preparedSql } from '../prepared.ts';
import { jobColumns, toJob } from './jobs-columns.ts';
import { listJobs } from './jobs-list.ts';
import { drawWireNumber } from './wire-numbers.ts';

type JobToStore = Omit<NewJob, 'settings' | 'variables' | 'outputVariables' | 'askedTargets' | 'by'> & {
  wireNumber: number;
  settings: string;
  variables: string;
  outputVariables: string;
  askedTargets: string | null;
  by: string;
};

const add = prepared((db, given: JobToStore) =>
  db.insertInto('jobs').values({
    id: given.id,
    kind: 'ad_hoc',
    wire_number: given.wireNumber,
    command_id: null,
    parent_id: given.parentId,
    created_at: given.createdAt,
    name: given.name,
    of_command_id: given.ofCommandId,
    revision: given.revision,
    interpreter: given.interpreter,
    timeout_seconds: given.timeoutSeconds,
    program: given.program,
    settings: given.settings,
    variables: given.variables,
    output_variables: given.outputVariables,
    asked_targets: given.askedTargets,
    targets: given.targets,
    wave_size: given.waveSize,
    stop_after: given.stopAfter,
    expires_at: given.expiresAt,
    created_by: given.by,
    operator_id: given.operatorId,
  }),
);
const byId = prepared((db, given: { id: string }) =>
  db.selectFrom('jobs').select(jobColumns).where('id', '=', given.id),
);
const byWireNumber = prepared((db, given: { wireNumber: number }) =>
  db.selectFrom('jobs').select(jobColumns).where('wire_number', '=', given.wireNumber),
);
// Literally: a partial index serves no parameter.
const open = prepared((db) =>
  db
    .selectFrom('jobs')
    .select(jobColumns)
    .where('kind', '=', sql.lit('ad_hoc' as const))
    .where('ended_at', 'is', null)
    .orderBy('wire_number'),
);
const finished = preparedSql(
  () => sql`
    select wire_number as "wireNumber" from jobs
    where kind = 'ad_hoc' and ended_at is null and not exists (
      select 1 from runs where runs.wire_number = jobs.wire_number and runs.state in ('queued', 'delivered', 'running'))
    order by wire_number`,
);

const standing = ['state', 'in_flight as inFlight', 'failures'] as const;
const readStanding = prepared((db, given: { wireNumber: number }) =>
  db.selectFrom('jobs').select(standing).where('wire_number', '=', given.wireNumber),
);
// On SQLite whoever decides is alone anyway.
const lockStanding = {
  sqlite: readStanding,
  postgres: prepared((db, given: { wireNumber: number }) =>
    db.selectFrom('jobs').select(standing).where('wire_number', '=', given.wireNumber).forUpdate(),
  ),
};
const count = prepared((db, given: { wireNumber: number; inFlight: number; failures: number }) =>
  db
    .updateTable('jobs')
    .set((row) => ({
      in_flight: row('in_flight', '+', given.inFlight),
      failures: row('failures', '+', given.failures),
    }))
    .where('wire_number', '=', given.wireNumber)
    .returning(standing),
);
const isFull = prepared((db, given: { wireNumber: number }) =>
  db
    .selectFrom('jobs')
    .select('wire_number as wireNumber')
    .where('wire_number', '=', given.wireNumber)
    .where(({ or, eb, ref }) => or([eb('state', '<>', 'open'), eb('in_flight', '>=', ref('wave_size'))])),
);
const changeState = prepared((db, given: { wireNumber: number; state: AdHocJob['state'] }) =>
  db.updateTable('jobs').set({ state: given.state }).where('wire_number', '=', given.wireNumber),
);
const end = preparedSql(
  (given: { wireNumber: number; at: number; counts: string }) => sql`
    update jobs set ended_at = ${given.at}, counts = ${given.counts},
      state = case state when 'open' then 'ended' else state end
    where wire_number = ${given.wireNumber}`,
);
const recount = prepared((db, given: { wireNumber: number; counts: string }) =>
  db.updateTable('jobs').set({ counts: given.counts }).where('wire_number', '=', given.wireNumber),
);

export function jobsTable(connection: Connection): JobsTable {
  return Object.freeze({
    async add(job: NewJob) {
      const wireNumber = await drawWireNumber(connection);
      await add.run(connection, {
        ...job,
        wireNumber,
        settings: JSON.stringify(job.settings),
        variables: JSON.stringify(job.variables),
        outputVariables: JSON.stringify(job.outputVariables),
        askedTargets: job.askedTargets && JSON.stringify(job.askedTargets),
        by: JSON.stringify(job.by),
      });
      return wireNumber;
    },
    async open() {
      return (await open.all(connection, {})).map(toJob).filter((job) => job.kind === 'ad_hoc');
    },
    async byId(id: string) {
      const row = await byId.first(connection, { id });
      return row && toJob(row);
    },
    async byWireNumber(wireNumber: number) {
      const row = await byWireNumber.first(connection, { wireNumber });
      return row && toJob(row);
    },
    async list(filter: JobFilter) {
      return (await listJobs(connection, filter)).map(toJob);
    },
    lock: (wireNumber: number) => lockStanding[connection.kind].first(connection, { wireNumber }),
    async full(wireNumbers: readonly number[]) {
      const full: number[] = [];
      for (const wireNumber of wireNumbers) {
        if (await isFull.first(connection, { wireNumber })) full.push(wireNumber);
      }
      return full;
    },
    count: (wireNumber: number, added: Pick<JobStanding, 'inFlight' | 'failures'>) =>
      count.first(connection, { wireNumber, ...added }),
    async changeState(wireNumber: number, state: AdHocJob['state']) {
      await changeState.run(connection, { wireNumber, state });
    },
    async finished() {
      const rows = (await finished.all(connection, {})) as { wireNumber: number }[];
      return rows.map((row) => row.wireNumber);
    },
    async end(wireNumber: number, at: number, counts: RunCounts) {
      await end.run(connection, { wireNumber, at, counts: JSON.stringify(counts) });
    },
    async recount(wireNumber: number, counts: RunCounts) {
      await recount.run(connection, { wireNumber, counts: JSON.stringify(counts) });
    },
  });
}
