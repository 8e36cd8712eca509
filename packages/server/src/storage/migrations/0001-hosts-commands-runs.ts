import { type ColumnDefinitionBuilder, type Compilable, type Kysely, sql } from 'kysely';

type Kind = 'sqlite' | 'postgres';
type Column = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

const required: Column = (column) => column.notNull();

/** Everything the v1 system remembers. */
export function up(db: Kysely<unknown>, kind: Kind): Compilable[] {
  const { schema } = db;
  const bytes = kind === 'sqlite' ? 'blob' : 'bytea';
  // SQLite's AUTOINCREMENT keeps it from giving the number of a removed row to a new one.
  const identityType = kind === 'sqlite' ? 'integer' : 'bigint';
  const identity: Column = (column) =>
    kind === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey().generatedAlwaysAsIdentity();
  const childOf = (parent: string): Column => {
    return (column) => column.notNull().references(parent).onDelete('cascade');
  };

  return [
    schema
      .createTable('server_state')
      .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
      .addColumn('store_id', 'text', required)
      .addColumn('epoch', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('is_paused', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('signing_public_pem', 'text')
      .addColumn('signing_private_sealed', 'text'),

    schema
      .createTable('hosts_groups')
      .addColumn('id', identityType, identity)
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('is_active', 'integer', required),

    schema
      .createTable('registration_tokens')
      .addColumn('id', identityType, identity)
      .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
      .addColumn('sealed', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('expires_at', 'bigint')
      .addColumn('uses', 'bigint')
      .addColumn('verified_count', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('must_approve', 'integer', required)
      .addColumn('revoked_at', 'bigint'),
    schema
      .createTable('registration_token_groups')
      .addColumn('registration_token_id', 'bigint', childOf('registration_tokens.id'))
      .addColumn('hosts_group_id', 'bigint', childOf('hosts_groups.id'))
      .addPrimaryKeyConstraint('registration_token_groups_key', ['registration_token_id', 'hosts_group_id']),

    schema
      .createTable('hosts')
      .addColumn('id', identityType, identity)
      .addColumn('uuid', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull().unique())
      .addColumn('public_pem', 'text', required)
      .addColumn('key_fingerprint', 'text', (column) => column.notNull().unique())
      .addColumn('state', 'text', required)
      .addColumn('needs_approval', 'integer', required)
      .addColumn('registration_token_id', 'bigint', (column) =>
        column.references('registration_tokens.id').onDelete('set null'),
      )
      .addColumn('registered_at', 'bigint', required)
      .addColumn('verified_at', 'bigint')
      .addColumn('last_seen_at', 'bigint')
      .addColumn('usual_interval_ms', 'bigint')
      .addColumn('last_address', 'text')
      .addColumn('client_agent', 'text')
      .addColumn('client_version', 'text'),
    // Counts the places that hosts hold on a token before they verify.
    schema
      .createIndex('hosts_registering')
      .on('hosts')
      .columns(['registration_token_id', 'registered_at'])
      .where(sql.ref('state'), '=', sql.lit('registered')),
    schema
      .createTable('hosts_group_members')
      .addColumn('hosts_group_id', 'bigint', childOf('hosts_groups.id'))
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addPrimaryKeyConstraint('hosts_group_members_key', ['hosts_group_id', 'host_id']),
    schema
      .createIndex('hosts_group_members_host')
      .on('hosts_group_members')
      .columns(['host_id', 'hosts_group_id']),
    schema
      .createTable('host_tokens')
      .addColumn('id', identityType, identity)
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', required)
      .addColumn('used_at', 'bigint'),
    schema.createIndex('host_tokens_host').on('host_tokens').column('host_id'),
    schema
      .createTable('host_signatures')
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addColumn('signature_hash', 'text', required)
      .addPrimaryKeyConstraint('host_signatures_key', ['host_id', 'signature_hash']),

    schema
      .createTable('settings')
      .addColumn('name', 'text', (column) => column.notNull().primaryKey())
      .addColumn('value', 'text', required)
      .addColumn('description', 'text', required)
      .addColumn('is_secret', 'integer', required)
      .addColumn('is_active', 'integer', required),

    schema
      .createTable('variables')
      .addColumn('id', identityType, identity)
      .addColumn('category', 'text', required)
      .addColumn('name', 'text', required)
      .addUniqueConstraint('variables_name', ['category', 'name']),
    schema
      .createTable('variable_values')
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addColumn('variable_id', 'bigint', childOf('variables.id'))
      .addColumn('value', 'text', required)
      .addColumn('set_at', 'bigint', required)
      .addColumn('set_by', 'text', required)
      .addPrimaryKeyConstraint('variable_values_key', ['host_id', 'variable_id']),
    schema.createIndex('variable_values_variable').on('variable_values').column('variable_id'),
    schema
      .createTable('variable_value_history')
      .addColumn('id', identityType, identity)
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addColumn('variable_id', 'bigint', childOf('variables.id'))
      .addColumn('value', 'text', required)
      .addColumn('set_at', 'bigint', required)
      .addColumn('set_by', 'text', required)
      .addColumn('replaced_at', 'bigint', required)
      .addColumn('replaced_by', 'text', required),
    schema
      .createIndex('variable_value_history_host')
      .on('variable_value_history')
      .columns(['host_id', 'variable_id']),
    schema.createIndex('variable_value_history_variable').on('variable_value_history').column('variable_id'),

    // One sequence for commands and ad-hoc jobs; a number that was given is never given again.
    schema.createTable('wire_numbers').addColumn('number', identityType, identity),
    schema
      .createTable('commands_groups')
      .addColumn('id', identityType, identity)
      .addColumn('name', 'text', (column) => column.notNull().unique())
      // No cascade: a hosts group may go only once nothing is meant for it.
      .addColumn('hosts_group_id', 'bigint', (column) => column.notNull().references('hosts_groups.id'))
      .addColumn('position', 'bigint', required)
      .addColumn('after_at', 'bigint')
      .addColumn('before_at', 'bigint')
      .addColumn('is_active', 'integer', required)
      .addColumn('stop_on_failure', 'integer', required),
    schema.createIndex('commands_groups_hosts_group').on('commands_groups').column('hosts_group_id'),
    schema
      .createTable('commands')
      .addColumn('id', 'bigint', (column) => column.notNull().primaryKey().references('wire_numbers.number'))
      .addColumn('commands_group_id', 'bigint', childOf('commands_groups.id'))
      .addColumn('name', 'text', required)
      .addColumn('description', 'text', required)
      .addColumn('position', 'bigint', required)
      .addColumn('is_active', 'integer', required)
      .addColumn('revision', 'integer', required),
    schema.createIndex('commands_commands_group').on('commands').column('commands_group_id'),
    schema
      .createTable('command_revisions')
      .addColumn('command_id', 'bigint', childOf('commands.id'))
      .addColumn('revision', 'integer', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('interpreter', 'text', required)
      .addColumn('timeout_seconds', 'double precision', required)
      .addColumn('attempts', 'bigint', required)
      .addColumn('program', 'text', required)
      .addColumn('settings', 'text', required)
      .addColumn('variables', 'text', required)
      .addColumn('output_variables', 'text', required)
      .addPrimaryKeyConstraint('command_revisions_key', ['command_id', 'revision']),
    schema
      .createTable('jobs')
      .addColumn('id', 'text', (column) => column.notNull().primaryKey())
      .addColumn('kind', 'text', required)
      .addColumn('wire_number', 'bigint', (column) =>
        column.notNull().unique().references('wire_numbers.number'),
      )
      .addColumn('command_id', 'bigint', (column) =>
        column.unique().references('commands.id').onDelete('cascade'),
      )
      .addColumn('parent_id', 'text')
      .addColumn('created_at', 'bigint', required),

    schema
      .createTable('pending')
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addColumn('wire_number', 'bigint', childOf('jobs.wire_number'))
      .addPrimaryKeyConstraint('pending_key', ['host_id', 'wire_number']),
    schema.createIndex('pending_wire_number').on('pending').column('wire_number'),

    schema
      .createTable('runs')
      .addColumn('number', identityType, identity)
      .addColumn('id', 'text', (column) => column.notNull().unique())
      // No foreign keys to job and command: what a host ran stays readable after they are gone.
      .addColumn('job_id', 'text', required)
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addColumn('wire_number', 'bigint', required)
      .addColumn('command_name', 'text', required)
      .addColumn('revision', 'integer', required)
      .addColumn('attempt', 'integer', required)
      .addColumn('state', 'text', required)
      .addColumn('reason', 'text')
      .addColumn('exit_code', 'bigint')
      .addColumn('signal', 'text')
      .addColumn('inputs', 'text', required)
      .addColumn('interpreter', 'text', required)
      .addColumn('delivered_at', 'bigint')
      .addColumn('finished_at', 'bigint')
      .addColumn('output_bytes', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('output_cut_bytes', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('is_masked', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('result', 'text')
      .addUniqueConstraint('runs_host_wire_number', ['host_id', 'wire_number']),
    schema.createIndex('runs_wire_number').on('runs').column('wire_number'),
    schema
      .createTable('flights')
      .addColumn('run_number', 'bigint', (column) =>
        column.notNull().primaryKey().references('runs.number').onDelete('cascade'),
      )
      .addColumn('deadline_at', 'bigint', required),
    schema.createIndex('flights_deadline').on('flights').column('deadline_at'),
    schema
      .createTable('holds')
      .addColumn('host_id', 'bigint', childOf('hosts.id'))
      .addColumn('commands_group_id', 'bigint', childOf('commands_groups.id'))
      .addColumn('run_number', 'bigint', childOf('runs.number'))
      .addPrimaryKeyConstraint('holds_key', ['host_id', 'commands_group_id']),
    schema.createIndex('holds_commands_group').on('holds').column('commands_group_id'),
    schema.createIndex('holds_run').on('holds').column('run_number'),
    schema
      .createTable('run_output')
      .addColumn('run_number', 'bigint', childOf('runs.number'))
      .addColumn('stream', 'text', required)
      .addColumn('chunk', 'integer', required)
      .addColumn('bytes', bytes, required)
      .addPrimaryKeyConstraint('run_output_key', ['run_number', 'stream', 'chunk']),

    schema
      .createTable('api_log')
      .addColumn('id', identityType, identity)
      .addColumn('at', 'bigint', required)
      .addColumn('request_id', 'text', required)
      .addColumn('method', 'text', required)
      .addColumn('path', 'text', required)
      .addColumn('status', 'integer', required)
      .addColumn('address', 'text', required)
      .addColumn('host_name', 'text')
      .addColumn('client_agent', 'text')
      .addColumn('duration_ms', 'double precision', required)
      .addColumn('arguments', 'text'),
    schema.createIndex('api_log_at').on('api_log').column('at'),
  ];
}
