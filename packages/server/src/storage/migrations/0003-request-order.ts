import type { Compilable, Kysely } from 'kysely';

/** How far a host's requests have come, so that one that was held back on its way is not obeyed later. */
export function up({ schema }: Kysely<unknown>): Compilable[] {
  return [
    // Sessions that began earlier have ended.
    schema.alterTable('hosts').addColumn('sessions_from', 'bigint'),
    // In the one that began then, requests with a lower counter came too late.
    schema.alterTable('hosts').addColumn('counter_from', 'bigint'),
  ];
}
