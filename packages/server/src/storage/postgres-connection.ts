import pg from 'pg';
import type { Connection, Parameters, Statement } from './connection.ts';

// Whole numbers of 64 bits: times and ids, all of which a double holds.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

type Query = (config: pg.QueryConfig) => Promise<pg.QueryResult>;

/** A connection to PostgreSQL, or a pool of them, as `query` reaches it. */
export function postgresConnection(query: Query): Connection {
  const ask = ({ name, text }: Statement, values: Parameters) =>
    query(name === undefined ? { text, values: [...values] } : { name, text, values: [...values] });
  return Object.freeze({
    kind: 'postgres',
    async all<Row>(statement: Statement, parameters: Parameters) {
      return (await ask(statement, parameters)).rows as Row[];
    },
    async first<Row>(statement: Statement, parameters: Parameters) {
      return (await ask(statement, parameters)).rows[0] as Row | undefined;
    },
    async run(statement: Statement, parameters: Parameters) {
      return (await ask(statement, parameters)).rowCount ?? 0;
    },
  });
}
