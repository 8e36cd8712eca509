import type { Compilable, Kysely } from 'kysely';

/** Requests that happen once however often they are sent, and which operator a logged request came from. */
export function up({ schema }: Kysely<unknown>): Compilable[] {
  return [
    schema
      .createTable('idempotency_keys')
      .addColumn('actor', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('request_hash', 'text', (column) => column.notNull())
      // Null as long as it is not known how the request ended.
      .addColumn('answer', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotency_keys_key', ['actor', 'key']),
    schema.createIndex('idempotency_keys_created_at').on('idempotency_keys').column('created_at'),
    schema.alterTable('api_log').addColumn('operator_name', 'text'),
  ];
}
