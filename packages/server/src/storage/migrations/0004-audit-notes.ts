import type { Compilable, Kysely } from 'kysely';

/** What was done, written down in the transaction that does it; the appender takes it from here into the chain. */
export function up({ schema }: Kysely<unknown>, kind: 'sqlite' | 'postgres'): Compilable[] {
  const identityType = kind === 'sqlite' ? 'integer' : 'bigint';
  return [
    schema
      .createTable('audit_notes')
      .addColumn('id', identityType, (column) =>
        kind === 'sqlite'
          ? column.primaryKey().autoIncrement()
          : column.primaryKey().generatedAlwaysAsIdentity(),
      )
      // Canonical JSON of the note.
      .addColumn('note', 'text', (column) => column.notNull()),
  ];
}
