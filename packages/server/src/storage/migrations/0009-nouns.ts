import type { Compilable, Kysely } from 'kysely';

/** Who revised a command, and hosts by their state, for pages of them. */
export function up({ schema }: Kysely<unknown>): Compilable[] {
  return [
    schema.alterTable('command_revisions').addColumn('created_by', 'text'),
    schema.createIndex('hosts_state_name').on('hosts').columns(['state', 'name']),
  ];
}
