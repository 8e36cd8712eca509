import type { JobState } from '@remotes/protocol/values/job';
import { sql } from 'kysely';
import type {
  AdHocJob,
  JobFilter,
  JobStanding,
  JobsTable,
  NewJob,
  RunCounts,
  Scope,
  StandingJob,
} from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce, prepared, preparedSql } from '../prepared.ts';
import { drawWireNumber } from './wire-numbers.ts';

const columns = [
  'jobs.kind',
  'jobs.id',
  'jobs.wire_number as wireNumber',
  'jobs.command_id as commandId',
  'jobs.state',
  'jobs.name',
  'jobs.of_command_id as ofCommandId',
  'jobs.revision',
  'jobs.interpreter',
  'jobs.timeout_seconds as timeoutSeconds',
  'jobs.program',
  'jobs.settings',
  'jobs.variables',
  'jobs.output_variables as outputVariables',
  'jobs.asked_targets as askedTargets',
  'jobs.targets',
  'jobs.wave_size as waveSize',
  'jobs.stop_after as stopAfter',
  'jobs.expires_at as expiresAt',
  'jobs.parent_id as parentId',
  'jobs.created_by as by',
  'jobs.operator_id as operatorId',
  'jobs.created_at as createdAt',
  'jobs.ended_at as endedAt',
  'jobs.counts',
] as const;

type StoredJob = NonNullable<Awaited<ReturnType<typeof byId.first>>>;
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
  db.selectFrom('jobs').select(columns).where('id', '=', given.id),
);
const byWireNumber = prepared((db, given: { wireNumber: number }) =>
  db.selectFrom('jobs').select(columns).where('wire_number', '=', given.wireNumber),
);
// Literally: a partial index serves no parameter.
const open = prepared((db) =>
  db
    .selectFrom('jobs')
    .select(columns)
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
      return (await listed(connection, filter)).map(toJob);
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

function listed(
  connection: Connection,
  { kind, state, commandId, parentId, before, scope, limit }: JobFilter,
): Promise<StoredJob[]> {
  return builtOnce(connection, (db) => {
    let query = db
      .selectFrom('jobs')
      .select(columns)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit);
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (state !== undefined) query = query.where(mayBeSeen(state, scope));
    if (parentId !== undefined) query = query.where('parent_id', '=', parentId);
    if (commandId !== undefined) {
      query = query.where(({ or, eb }) =>
        or([eb('of_command_id', '=', commandId), eb('command_id', '=', commandId)]),
      );
    }
    if (before) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('created_at', 'id'), '<', tuple(before.createdAt, before.id)),
      );
    }
    if (scope) query = query.where(isWithin(scope));
    return query;
  });
}

/** What is written down is the job's state as a whole, a moment late; with narrowed rights it may be over before that, or later. */
function mayBeSeen(state: JobState, scope: Scope) {
  if (state === 'ended') return scope ? sql<boolean>`true` : sql<boolean>`state in ('open', 'ended')`;
  if (state === 'open' && scope) return sql<boolean>`ended_at is null`;
  return sql<boolean>`state = ${state}`;
}

/** A job of which some run is on a host of these groups, and a command that is meant for one of them. */
function isWithin(scope: readonly number[]) {
  const ids = scope.length === 0 ? sql`null` : sql.join(scope);
  return sql<boolean>`(
    exists (select 1 from hosts_group_members member
      join runs on runs.wire_number = jobs.wire_number and runs.host_id = member.host_id
      where member.hosts_group_id in (${ids}))
    or exists (select 1 from commands join commands_groups on commands_groups.id = commands.commands_group_id
      where commands.id = jobs.command_id and commands_groups.hosts_group_id in (${ids})))`;
}

function toJob(row: StoredJob): AdHocJob | StandingJob {
  const { id, wireNumber, createdAt } = row;
  if (row.kind === 'standing') {
    return { kind: 'standing', id, wireNumber, commandId: row.commandId ?? wireNumber, createdAt };
  }
  return {
    kind: 'ad_hoc',
    id,
    wireNumber,
    state: row.state,
    name: row.name ?? '',
    ofCommandId: row.ofCommandId,
    revision: row.revision,
    interpreter: row.interpreter ?? 'sh',
    timeoutSeconds: row.timeoutSeconds ?? 0,
    program: row.program ?? '',
    settings: parsed(row.settings, []),
    variables: parsed(row.variables, []),
    outputVariables: parsed(row.outputVariables, []),
    askedTargets: parsed(row.askedTargets, null),
    targets: row.targets ?? 0,
    waveSize: row.waveSize,
    stopAfter: row.stopAfter,
    expiresAt: row.expiresAt ?? 0,
    parentId: row.parentId,
    by: parsed(row.by, { kind: 'server', name: '' }),
    operatorId: row.operatorId,
    createdAt,
    endedAt: row.endedAt,
    counts: parsed(row.counts, null),
  };
}

function parsed<Value>(text: string | null, absent: Value): Value {
  return text === null ? absent : (JSON.parse(text) as Value);
}
