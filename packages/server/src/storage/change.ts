import type { Kysely } from 'kysely';
import type { Connection } from './connection.ts';
import { type Prepared, prepared } from './prepared.ts';
import type { Schema } from './schema.ts';

type Key = string | number;
type Change = (connection: Connection, key: Key, change: object) => Promise<void>;

/**
 * Updates one row by its key, in those columns only that the change names; one statement is kept for each set of
 * columns. `columns` says which column holds which member.
 */
export function changer(
  table: keyof Schema,
  keyColumn: string,
  columns: Readonly<Record<string, string>>,
): Change {
  const statements = new Map<string, Prepared<Record<string, unknown>, unknown>>();
  return async (connection, key, change) => {
    const given = change as Readonly<Record<string, unknown>>;
    const members = Object.keys(given).filter((member) => given[member] !== undefined);
    if (members.length === 0) return;
    const values: Record<string, unknown> = { key };
    for (const member of members) {
      const value = given[member];
      values[member] = typeof value === 'boolean' ? Number(value) : value;
    }
    const set = members.join();
    let statement = statements.get(set);
    if (!statement) {
      statement = updating(table, keyColumn, columns, members);
      statements.set(set, statement);
    }
    await statement.run(connection, values);
  };
}

function updating(
  table: keyof Schema,
  keyColumn: string,
  columns: Readonly<Record<string, string>>,
  members: readonly string[],
): Prepared<Record<string, unknown>, unknown> {
  return prepared((db, given: Record<string, unknown>) => {
    const set = Object.fromEntries(members.map((member) => [columnOf(columns, member), given[member]]));
    // The builder knows the columns of one table at a time; here the table itself is a value.
    const untyped = db as unknown as Kysely<Record<string, Record<string, unknown>>>;
    return untyped.updateTable(table).set(set).where(keyColumn, '=', given.key);
  });
}

function columnOf(columns: Readonly<Record<string, string>>, member: string): string {
  const column = columns[member];
  if (column === undefined) throw new Error(`No column holds ${member}.`);
  return column;
}
