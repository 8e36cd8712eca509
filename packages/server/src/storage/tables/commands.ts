import { sql } from 'kysely';
import type { Command, CommandRevision, CommandsTable, NewCommand } from '../../domain/ports.ts';
import { changer } from '../change.ts';
import type { Connection } from '../connection.ts';
import { prepared, preparedSql } from '../prepared.ts';
import { drawWireNumber } from './wire-numbers.ts';

type StoredRevision = Omit<CommandRevision, 'settings' | 'variables' | 'outputVariables'> & {
  settings: string;
  variables: string;
  outputVariables: string;
};

const list = prepared((db) =>
  db
    .selectFrom('commands')
    .innerJoin('command_revisions as newest', (join) =>
      join.onRef('newest.command_id', '=', 'commands.id').onRef('newest.revision', '=', 'commands.revision'),
    )
    .innerJoin('jobs', 'jobs.command_id', 'commands.id')
    .select([
      'commands.id',
      'jobs.id as jobId',
      'commands.commands_group_id as commandsGroupId',
      'commands.name',
      'commands.description',
      'commands.position',
      'commands.is_active as isActive',
      'commands.revision',
      'newest.interpreter',
      'newest.timeout_seconds as timeoutSeconds',
      'newest.attempts',
      'newest.program',
      'newest.settings',
      'newest.variables',
      'newest.output_variables as outputVariables',
    ])
    .orderBy('commands.id'),
);

type CommandToAdd = Pick<Command, 'id' | 'commandsGroupId' | 'name' | 'description' | 'position'>;
const addCommand = prepared((db, given: CommandToAdd & { isActive: number }) =>
  db.insertInto('commands').values({
    id: given.id,
    commands_group_id: given.commandsGroupId,
    name: given.name,
    description: given.description,
    position: given.position,
    is_active: given.isActive,
    revision: 1,
  }),
);
const addJob = prepared((db, given: { jobId: string; commandId: number; at: number }) =>
  db.insertInto('jobs').values({
    id: given.jobId,
    kind: 'standing',
    wire_number: given.commandId,
    command_id: given.commandId,
    created_at: given.at,
  }),
);
const addRevision = prepared(
  (db, given: StoredRevision & { commandId: number; revision: number; at: number; by: string | null }) =>
    db.insertInto('command_revisions').values({
      command_id: given.commandId,
      revision: given.revision,
      created_at: given.at,
      interpreter: given.interpreter,
      timeout_seconds: given.timeoutSeconds,
      attempts: given.attempts,
      program: given.program,
      settings: given.settings,
      variables: given.variables,
      output_variables: given.outputVariables,
      created_by: given.by,
    }),
);
const revisionColumns = [
  'interpreter',
  'timeout_seconds as timeoutSeconds',
  'attempts',
  'program',
  'settings',
  'variables',
  'output_variables as outputVariables',
] as const;
const revisionOf = prepared((db, given: { id: number; revision: number }) =>
  db
    .selectFrom('command_revisions')
    .select(revisionColumns)
    .where('command_id', '=', given.id)
    .where('revision', '=', given.revision),
);
const revisions = prepared((db, given: { id: number; before: number; limit: number }) =>
  db
    .selectFrom('command_revisions')
    .select([...revisionColumns, 'revision', 'created_at as createdAt', 'created_by as createdBy'])
    .where('command_id', '=', given.id)
    .where('revision', '<', given.before)
    .orderBy('revision', 'desc')
    .limit(given.limit),
);
const nextRevision = prepared((db, given: { id: number }) =>
  db
    .updateTable('commands')
    .set((row) => ({ revision: row('revision', '+', 1) }))
    .where('id', '=', given.id)
    .returning('revision'),
);
const change = changer('commands', 'id', {
  name: 'name',
  description: 'description',
  position: 'position',
  isActive: 'is_active',
  commandsGroupId: 'commands_group_id',
});
const remove = prepared((db, given: { id: number }) => db.deleteFrom('commands').where('id', '=', given.id));
const removePending = prepared((db, given: { id: number }) =>
  db.deleteFrom('pending').where('wire_number', '=', given.id),
);

const highestWireNumber = prepared((db) =>
  db.selectFrom('wire_numbers').select(({ fn }) => fn.max('number').as('highest')),
);
// The number itself is kept like one that was given. SQLite goes on from the highest row, PostgreSQL has to be told.
const reserveWireNumber = {
  sqlite: preparedSql(
    (given: { upTo: number }) => sql`insert into wire_numbers (number) values (${given.upTo})`,
  ),
  postgres: preparedSql(
    (given: { upTo: number }) =>
      sql`insert into wire_numbers (number) overriding system value values (${given.upTo})`,
  ),
};
const raiseSequence = preparedSql(
  (given: { upTo: number }) =>
    sql`select setval(pg_get_serial_sequence('wire_numbers', 'number'), ${given.upTo})`,
);

export function commandsTable(connection: Connection): CommandsTable {
  return Object.freeze({
    async list() {
      return (await list.all(connection, {})).map((row) => ({
        ...row,
        ...read(row),
        isActive: row.isActive === 1,
      }));
    },
    async add(command: NewCommand, at: number, by: string | null = null) {
      const id = await drawWireNumber(connection);
      await addCommand.run(connection, { ...command, id, isActive: Number(command.isActive) });
      await addJob.run(connection, { jobId: command.jobId, commandId: id, at });
      await addRevision.run(connection, { ...stored(command), commandId: id, revision: 1, at, by });
      return id;
    },
    change: (id: number, changes: object) => change(connection, id, changes),
    async revision(id: number, revision: number) {
      const row = await revisionOf.first(connection, { id, revision });
      return row && read(row);
    },
    async revisions(id: number, page: { before: number; limit: number }) {
      const rows = await revisions.all(connection, { id, ...page });
      return rows.map((row) => ({
        ...read(row),
        revision: row.revision,
        createdAt: row.createdAt,
        createdBy: row.createdBy,
      }));
    },
    async revise(id: number, revision: CommandRevision, at: number, by: string | null = null) {
      const next = await nextRevision.first(connection, { id });
      if (!next) throw new Error(`There is no command ${id} to revise.`);
      await addRevision.run(connection, {
        ...stored(revision),
        commandId: id,
        revision: next.revision,
        at,
        by,
      });
      return next.revision;
    },
    async remove(id: number) {
      await removePending.run(connection, { id });
      await remove.run(connection, { id });
    },
    async highestWireNumber() {
      return (await highestWireNumber.first(connection, {}))?.highest ?? 0;
    },
    async reserveWireNumbers(upTo: number) {
      await reserveWireNumber[connection.kind].run(connection, { upTo });
      if (connection.kind === 'postgres') await raiseSequence.run(connection, { upTo });
    },
  });
}

function read(row: StoredRevision): CommandRevision {
  const { interpreter, timeoutSeconds, attempts, program } = row;
  return {
    interpreter,
    timeoutSeconds,
    attempts,
    program,
    settings: JSON.parse(row.settings),
    variables: JSON.parse(row.variables),
    outputVariables: JSON.parse(row.outputVariables),
  };
}

function stored(revision: CommandRevision): StoredRevision {
  const { interpreter, timeoutSeconds, attempts, program } = revision;
  return {
    interpreter,
    timeoutSeconds,
    attempts,
    program,
    settings: JSON.stringify(revision.settings),
    variables: JSON.stringify(revision.variables),
    outputVariables: JSON.stringify(revision.outputVariables),
  };
}
