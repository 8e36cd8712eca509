import type { Connection, Parameters, Statement } from './connection.ts';
import { translateDriverError } from './errors.ts';

/** The same connection, for readers outside a decision: its driver's errors are worded where they come up. */
export function wordingErrors(connection: Connection): Connection {
  const reword = (error: unknown): never => {
    throw translateDriverError(error);
  };
  return Object.freeze({
    kind: connection.kind,
    all: <Row>(statement: Statement, parameters: Parameters) =>
      connection.all<Row>(statement, parameters).catch(reword),
    first: <Row>(statement: Statement, parameters: Parameters) =>
      connection.first<Row>(statement, parameters).catch(reword),
    run: (statement: Statement, parameters: Parameters) =>
      connection.run(statement, parameters).catch(reword),
  });
}
