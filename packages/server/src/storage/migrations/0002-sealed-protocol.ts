import type { ColumnDataType, Compilable, Kysely } from 'kysely';

type Kind = 'sqlite' | 'postgres';

/** Keys, sessions and signatures of our own protocol. */
export function up(db: Kysely<unknown>, kind: Kind): Compilable[] {
  const { schema } = db;
  const column = (table: string, name: string, type: ColumnDataType) =>
    schema.alterTable(table).addColumn(name, type);

  return [
    column('server_state', 'server_id', 'text'),
    column('server_state', 'recovery_public_pem', 'text'),
    column('server_state', 'recovery_private_sealed', 'text'),
    schema
      .createTable('key_successions')
      .addColumn('number', 'integer', (number) => number.primaryKey())
      .addColumn('previous_key', 'text', (key) => key.notNull().unique())
      .addColumn('next_key', 'text', (key) => key.notNull())
      .addColumn('at_ms', 'bigint', (at) => at.notNull())
      .addColumn('signed_by', 'text', (by) => by.notNull())
      .addColumn('signature', 'text', (signature) => signature.notNull()),
    schema
      .createTable('ticket_keys')
      .addColumn('id', 'text', (id) => id.notNull().primaryKey())
      .addColumn('created_at', 'bigint', (at) => at.notNull())
      .addColumn('sealed', 'text', (sealed) => sealed.notNull()),

    column('hosts', 'channel_key', 'text'),
    column('hosts', 'channel_key_enrolled_at', 'bigint'),
    column('hosts', 'facts', 'text'),
    column('hosts', 'capability', 'integer'),
    column('hosts', 'boot', 'text'),
    column('hosts', 'journal_id', 'text'),
    // The store that this host has told its past to.
    column('hosts', 'told_store_id', 'text'),

    column('runs', 'started_at', 'bigint'),
    column('runs', 'stop_asked_at', 'bigint'),
    schema
      .createTable('run_statements')
      .addColumn('run_number', 'bigint', (number) =>
        number.notNull().primaryKey().references('runs.number').onDelete('cascade'),
      )
      .addColumn('statement', 'text', (statement) => statement.notNull())
      .addColumn('signature', 'text', (signature) => signature.notNull())
      .addColumn('channel_key', 'text', (key) => key.notNull()),

    // A host's unfinished runs are few, and are asked for at each of its hellos.
    column('flights', 'host_id', 'bigint'),
    db
      .withTables<{
        flights: { run_number: number; host_id: number };
        runs: { number: number; host_id: number };
      }>()
      .updateTable('flights')
      .set((row) => ({
        host_id: row
          .selectFrom('runs')
          .select('runs.host_id')
          .whereRef('runs.number', '=', 'flights.run_number')
          .$asScalar()
          .$notNull(),
      })),
    schema.createIndex('flights_host').on('flights').column('host_id'),
    ...(kind === 'postgres'
      ? [schema.alterTable('flights').alterColumn('host_id', (host) => host.setNotNull())]
      : []),
  ];
}
