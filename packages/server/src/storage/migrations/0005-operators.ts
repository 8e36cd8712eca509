import { type ColumnDefinitionBuilder, type Compilable, type Kysely, sql } from 'kysely';

type Column = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

const required: Column = (column) => column.notNull();
const never: Column = (column) => column.notNull().defaultTo(0);
const ofOperator: Column = (column) => column.references('operators.id').onDelete('cascade');

/** Accounts, their sessions, tokens and rights. Of every token only the SHA-256 hash is kept. */
export function up({ schema }: Kysely<unknown>, kind: 'sqlite' | 'postgres'): Compilable[] {
  const identityType = kind === 'sqlite' ? 'integer' : 'bigint';
  const identity: Column = (column) =>
    kind === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey().generatedAlwaysAsIdentity();

  return [
    schema
      .createTable('operators')
      .addColumn('id', identityType, identity)
      .addColumn('name', 'text', required)
      // The name in lower case: no two differ by case alone.
      .addColumn('name_key', 'text', (column) => column.notNull().unique())
      .addColumn('role', 'text', required)
      // JSON list of ids; null: rights are not narrowed.
      .addColumn('hosts_group_ids', 'text')
      .addColumn('is_active', 'integer', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(1))
      .addColumn('password_hash', 'text')
      .addColumn('totp_sealed', 'text')
      .addColumn('totp_pending_sealed', 'text')
      .addColumn('totp_last_step', 'bigint'),
    schema
      .createTable('recovery_codes')
      .addColumn('operator_id', 'bigint', (column) => ofOperator(required(column)))
      .addColumn('code_hash', 'text', required)
      .addPrimaryKeyConstraint('recovery_codes_key', ['operator_id', 'code_hash']),

    schema
      .createTable('operator_sessions')
      .addColumn('id', identityType, identity)
      .addColumn('operator_id', 'bigint', (column) => ofOperator(required(column)))
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('kind', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('expires_at', 'bigint', required)
      .addColumn('last_used_at', 'bigint', required)
      .addColumn('address', 'text', required)
      .addColumn('agent', 'text')
      .addColumn('confirmed_at', 'bigint')
      .addColumn('has_second_factor', 'integer', required),
    schema.createIndex('operator_sessions_operator').on('operator_sessions').column('operator_id'),

    schema
      .createTable('api_tokens')
      .addColumn('id', identityType, identity)
      .addColumn('operator_id', 'bigint', (column) => ofOperator(required(column)))
      .addColumn('name', 'text', required)
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('role', 'text', required)
      .addColumn('hosts_group_ids', 'text')
      .addColumn('created_at', 'bigint', required)
      .addColumn('expires_at', 'bigint', required)
      .addColumn('last_used_at', 'bigint')
      .addColumn('last_address', 'text')
      .addColumn('revoked_at', 'bigint'),
    schema.createIndex('api_tokens_operator').on('api_tokens').columns(['operator_id', 'id']),

    schema
      .createTable('passkeys')
      .addColumn('id', identityType, identity)
      .addColumn('operator_id', 'bigint', (column) => ofOperator(required(column)))
      .addColumn('name', 'text', required)
      .addColumn('credential_id', 'text', (column) => column.notNull().unique())
      .addColumn('public_key', 'text', required)
      .addColumn('counter', 'bigint', required)
      .addColumn('rp_id', 'text', required)
      .addColumn('transports', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('last_used_at', 'bigint'),
    schema.createIndex('passkeys_operator').on('passkeys').column('operator_id'),
    schema
      .createTable('spent_challenges')
      .addColumn('challenge_hash', 'text', (column) => column.notNull().primaryKey())
      .addColumn('expires_at', 'bigint', required),

    schema
      .createTable('setup_links')
      .addColumn('id', identityType, identity)
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      // Null: the link makes an admin.
      .addColumn('operator_id', 'bigint', ofOperator)
      .addColumn('name', 'text')
      .addColumn('forgets_factors', 'integer', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('expires_at', 'bigint', required),

    schema
      .createTable('device_logins')
      .addColumn('id', identityType, identity)
      .addColumn('device_code_hash', 'text', (column) => column.notNull().unique())
      .addColumn('user_code', 'text', (column) => column.notNull().unique())
      .addColumn('created_at', 'bigint', required)
      .addColumn('expires_at', 'bigint', required)
      .addColumn('address', 'text', required)
      .addColumn('agent', 'text')
      .addColumn('state', 'text', (column) => column.notNull().defaultTo(sql.lit('pending')))
      .addColumn('operator_id', 'bigint', ofOperator)
      .addColumn('has_second_factor', 'integer', never),

    schema
      .createTable('sign_in_attempts')
      .addColumn('key', 'text', (column) => column.notNull().primaryKey())
      .addColumn('failures', 'integer', required)
      .addColumn('last_at', 'bigint', required),
  ];
}
