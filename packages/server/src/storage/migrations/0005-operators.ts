import type { Compilable, Kysely } from 'kysely';

/** Accounts, their sessions, tokens and rights. */
export function up(_db: Kysely<unknown>, _kind: 'sqlite' | 'postgres'): Compilable[] {
  return [];
}
