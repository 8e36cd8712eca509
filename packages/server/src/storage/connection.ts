import type { Tables } from '../domain/ports.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

/** A query's text; a named one is prepared once for each connection and kept. */
export type Statement = { readonly name: string | undefined; readonly text: string };
export type Parameters = readonly unknown[];

/**
 * One place where statements run, on either database. On SQLite every answer is there at once, so that a decision
 * which awaits nothing but these never gives way to another.
 */
export interface Connection {
  readonly kind: DatabaseKind;
  all<Row>(statement: Statement, parameters: Parameters): Promise<Row[]>;
  first<Row>(statement: Statement, parameters: Parameters): Promise<Row | undefined>;
  /** Answers how many rows were written. */
  run(statement: Statement, parameters: Parameters): Promise<number>;
}

/** Every decision that can be taken, by name. */
// biome-ignore lint/suspicious/noExplicitAny: each decision has an input of its own
export type DecisionSet = Readonly<Record<string, (tables: Tables, input: any) => Promise<unknown>>>;
