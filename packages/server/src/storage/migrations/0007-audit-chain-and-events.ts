import type { Compilable, Kysely } from 'kysely';

/** The audit as a chain with checkpoints, and what live readers are told. */
export function up(_db: Kysely<unknown>, _kind: 'sqlite' | 'postgres'): Compilable[] {
  return [];
}
