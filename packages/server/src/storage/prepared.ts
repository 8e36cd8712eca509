import type { CompiledQuery, Kysely, RawBuilder } from 'kysely';
import type { Connection, DatabaseKind, Parameters, Statement } from './connection.ts';
import { queryBuilders } from './query-builder.ts';
import type { Schema } from './schema.ts';

type Compilable<Row> = { compile(): CompiledQuery<Row> };
type Build<Input, Row> = (db: Kysely<Schema>, given: Input) => Compilable<Row>;

/** A query that is built once for each kind of database, and from then on only filled in. */
export type Prepared<Input, Row> = {
  all(connection: Connection, input: Input): Promise<Row[]>;
  first(connection: Connection, input: Input): Promise<Row | undefined>;
  /** Answers how many rows were written. */
  run(connection: Connection, input: Input): Promise<number>;
};

/** Building a query costs more than running it. `given` stands for the values to come: pass its members on untouched. */
export function prepared<Input extends object, Row>(build: Build<Input, Row>): Prepared<Input, Row> {
  const compiled: { [kind in DatabaseKind]?: Filled<Input> } = {};
  const on = (connection: Connection) => (compiled[connection.kind] ??= compile(connection.kind, build));
  return Object.freeze({
    all(connection: Connection, input: Input) {
      const { statement, fill } = on(connection);
      return connection.all<Row>(statement, fill(input));
    },
    first(connection: Connection, input: Input) {
      const { statement, fill } = on(connection);
      return connection.first<Row>(statement, fill(input));
    },
    run(connection: Connection, input: Input) {
      const { statement, fill } = on(connection);
      return connection.run(statement, fill(input));
    },
  });
}

/** The same for a statement that the builder has no words for. */
export function preparedSql<Input extends object>(
  write: (given: Input) => RawBuilder<unknown>,
): Prepared<Input, unknown> {
  return prepared<Input, unknown>((db, given) => ({ compile: () => write(given).compile(db) }));
}

/** Builds a query for this one time: for what is asked rarely and never twice alike. */
export function builtOnce<Row>(
  connection: Connection,
  build: (db: Kysely<Schema>) => Compilable<Row>,
): Promise<Row[]> {
  const { sql, parameters } = build(queryBuilders[connection.kind]).compile();
  return connection.all<Row>({ name: undefined, text: sql }, parameters);
}

/** The same for a statement that the builder has no words for. */
export function sqlOnce<Row>(connection: Connection, statement: RawBuilder<unknown>): Promise<Row[]> {
  return builtOnce<Row>(connection, (db) => ({ compile: () => statement.compile(db) as CompiledQuery<Row> }));
}

/** The same for what answers no rows; answers how many were written. */
export function runOnce(connection: Connection, statement: RawBuilder<unknown>): Promise<number> {
  const { sql, parameters } = statement.compile(queryBuilders[connection.kind]);
  return connection.run({ name: undefined, text: sql }, parameters);
}

type Filled<Input> = { statement: Statement; fill(input: Input): Parameters };

let statementCount = 0;

function compile<Input extends object, Row>(kind: DatabaseKind, build: Build<Input, Row>): Filled<Input> {
  const { sql, parameters } = build(queryBuilders[kind], placeholders<Input>()).compile();
  statementCount += 1;
  return {
    statement: { name: `q${statementCount}`, text: sql },
    fill: (input) =>
      parameters.map((parameter) =>
        parameter instanceof Placeholder ? input[parameter.key as keyof Input] : parameter,
      ),
  };
}

class Placeholder {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
}

/** Stands for an input of which only the names are known: each member is a mark that `fill` finds again. */
function placeholders<Input extends object>(): Input {
  return new Proxy({}, { get: (_, key) => new Placeholder(String(key)) }) as Input;
}
