import type { NewRun, Run, RunChange, RunFilter, RunStatementRow, RunsTable } from '../../domain/ports.ts';
import { changer } from '../change.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';
import { runColumns, type StoredRun, toRun } from './runs-columns.ts';
import { listRuns, wasGiven } from './runs-list.ts';
import { runsToStop } from './runs-to-stop.ts';

const byId = prepared((db, given: { id: string }) =>
  db.selectFrom('runs').select(runColumns).where('id', '=', given.id),
);
const byNumber = prepared((db, given: { number: number }) =>
  db.selectFrom('runs').select(runColumns).where('number', '=', given.number),
);
const ofHost = prepared((db, given: { hostId: number; wireNumber: number }) =>
  db
    .selectFrom('runs')
    .select(runColumns)
    .where('host_id', '=', given.hostId)
    .where('wire_number', '=', given.wireNumber),
);
const add = prepared((db, given: NewRun) =>
  db
    .insertInto('runs')
    .values({
      id: given.id,
      job_id: given.jobId,
      host_id: given.hostId,
      wire_number: given.wireNumber,
      command_name: given.commandName,
      revision: given.revision,
      attempt: given.attempt,
      state: given.state,
      inputs: given.inputs,
      interpreter: given.interpreter,
      delivered_at: given.deliveredAt,
    })
    .returning('number'),
);
const change = changer('runs', 'number', {
  state: 'state',
  attempt: 'attempt',
  reason: 'reason',
  revision: 'revision',
  inputs: 'inputs',
  interpreter: 'interpreter',
  deliveredAt: 'delivered_at',
  startedAt: 'started_at',
  stopAskedAt: 'stop_asked_at',
  finishedAt: 'finished_at',
  result: 'result',
  outputBytes: 'output_bytes',
  outputCutBytes: 'output_cut_bytes',
  isMasked: 'is_masked',
  exitCode: 'exit_code',
  signal: 'signal',
  outcome: 'outcome_hash',
});

const overdue = prepared((db, given: { now: number; limit: number }) =>
  db
    .selectFrom('flights')
    .innerJoin('runs', 'runs.number', 'flights.run_number')
    .select(runColumns)
    .where('flights.deadline_at', '<=', given.now)
    .orderBy('flights.deadline_at')
    .limit(given.limit),
);
const hostIds = prepared((db, given: { wireNumber: number }) =>
  db
    .selectFrom('runs')
    .select('host_id as hostId')
    .where('wire_number', '=', given.wireNumber)
    .where('state', '<>', 'queued')
    .orderBy('host_id'),
);
const setDeadline = prepared((db, given: { number: number; hostId: number; deadlineAt: number }) =>
  db
    .insertInto('flights')
    .values({ run_number: given.number, host_id: given.hostId, deadline_at: given.deadlineAt })
    .onConflict((conflict) => conflict.column('run_number').doUpdateSet({ deadline_at: given.deadlineAt })),
);
const clearDeadline = prepared((db, given: { number: number }) =>
  db.deleteFrom('flights').where('run_number', '=', given.number),
);

// No join, as in the table of hosts: each claim of a connected host asks for this.
const unfinishedOfHost = prepared((db, given: { hostId: number }) =>
  db
    .selectFrom('runs')
    .select(runColumns)
    .where('number', 'in', (inner) =>
      inner.selectFrom('flights').select('run_number').where('host_id', '=', given.hostId),
    )
    .orderBy('number'),
);
const countRecalled = prepared((db, given: { hostId: number }) =>
  db
    .selectFrom('runs')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('host_id', '=', given.hostId)
    .where(wasGiven)
    .where('reason', '=', 'recalled'),
);
const keepStatement = prepared((db, given: { number: number } & RunStatementRow) =>
  db
    .insertInto('run_statements')
    .values({
      run_number: given.number,
      statement: given.statement,
      signature: given.signature,
      channel_key: given.channelKey,
    })
    .onConflict((conflict) =>
      conflict.column('run_number').doUpdateSet({
        statement: given.statement,
        signature: given.signature,
        channel_key: given.channelKey,
      }),
    ),
);
const statement = prepared((db, given: { number: number }) =>
  db
    .selectFrom('run_statements')
    .select(['statement', 'signature', 'channel_key as channelKey'])
    .where('run_number', '=', given.number),
);

const holdsOfHost = prepared((db, given: { hostId: number }) =>
  db
    .selectFrom('holds')
    .select(['commands_group_id as commandsGroupId', 'run_number as runNumber'])
    .where('host_id', '=', given.hostId),
);
const heldHostIds = prepared((db, given: { commandsGroupId: number }) =>
  db
    .selectFrom('holds')
    .select('host_id as hostId')
    .where('commands_group_id', '=', given.commandsGroupId)
    .orderBy('host_id'),
);
const hold = prepared((db, given: { hostId: number; commandsGroupId: number; runNumber: number }) =>
  db
    .insertInto('holds')
    .values({
      host_id: given.hostId,
      commands_group_id: given.commandsGroupId,
      run_number: given.runNumber,
    })
    .onConflict((conflict) =>
      conflict.columns(['host_id', 'commands_group_id']).doUpdateSet({ run_number: given.runNumber }),
    ),
);
const release = prepared((db, given: { number: number }) =>
  db.deleteFrom('holds').where('run_number', '=', given.number),
);

export function runsTable(connection: Connection): RunsTable {
  return Object.freeze({
    async byId(id: string) {
      return runOf(await byId.first(connection, { id }));
    },
    async byNumber(number: number) {
      return runOf(await byNumber.first(connection, { number }));
    },
    async ofHost(hostId: number, wireNumber: number) {
      return runOf(await ofHost.first(connection, { hostId, wireNumber }));
    },
    async add(run: NewRun) {
      const added = await add.first(connection, run);
      if (!added) throw new Error('A run that was added is not there.');
      return added.number;
    },
    change: (number: number, changes: RunChange) => change(connection, number, changes),
    async list(filter: RunFilter) {
      return (await listRuns(connection, filter)).map(toRun);
    },
    async overdue(now: number, limit: number) {
      return (await overdue.all(connection, { now, limit })).map(toRun);
    },
    async hostIds(wireNumber: number) {
      return (await hostIds.all(connection, { wireNumber })).map((row) => row.hostId);
    },
    async setDeadline({ number, hostId }: { number: number; hostId: number }, deadlineAt: number) {
      await setDeadline.run(connection, { number, hostId, deadlineAt });
    },
    async clearDeadline(number: number) {
      await clearDeadline.run(connection, { number });
    },
    async unfinishedOfHost(hostId: number) {
      return (await unfinishedOfHost.all(connection, { hostId })).map(toRun);
    },
    toStop: (hostIds: readonly number[]) => runsToStop(connection, hostIds),
    async countRecalled(hostId: number) {
      return (await countRecalled.first(connection, { hostId }))?.count ?? 0;
    },
    async keepStatement(number: number, kept: RunStatementRow) {
      await keepStatement.run(connection, { number, ...kept });
    },
    statement: (number: number) => statement.first(connection, { number }),
    holdsOfHost: (hostId: number) => holdsOfHost.all(connection, { hostId }),
    async heldHostIds(commandsGroupId: number) {
      return (await heldHostIds.all(connection, { commandsGroupId })).map((row) => row.hostId);
    },
    async hold(hostId: number, commandsGroupId: number, runNumber: number) {
      await hold.run(connection, { hostId, commandsGroupId, runNumber });
    },
    async release(number: number) {
      await release.run(connection, { number });
    },
  });
}

function runOf(row: StoredRun | undefined): Run | undefined {
  return row && toRun(row);
}
