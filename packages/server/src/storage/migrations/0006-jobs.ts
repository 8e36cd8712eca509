import type { Compilable, Kysely } from 'kysely';

/** Ad-hoc jobs, their targets, waves and outcomes. */
export function up(_db: Kysely<unknown>, _kind: 'sqlite' | 'postgres'): Compilable[] {
  return [];
}
