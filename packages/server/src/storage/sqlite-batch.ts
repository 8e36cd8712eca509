import { performance } from 'node:perf_hooks';
import { reachCrashPoint } from '../crash-point.ts';
import type { DecisionSet } from './connection.ts';
import type { Answered, Asked, TakeBatch } from './decision-queue.ts';
import { translateDriverError } from './errors.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { createSqliteTurns } from './sqlite-turns.ts';
import { tablesOn } from './tables.ts';

/** After this long a transaction commits and lets others at the file, in milliseconds. */
const longestTransactionMs = 25;

/**
 * Takes decisions on this connection: many in one transaction, each in a savepoint, so that one that fails undoes
 * nothing but itself. Nothing is answered before its transaction is on disk.
 */
export function batchTaker(connection: SqliteConnection, decisions: DecisionSet): TakeBatch {
  let tables = tablesOn(connection);
  const { database } = connection;
  const turns = createSqliteTurns(database);
  const control = (text: string) => {
    const statement = database.prepare(text);
    return () => statement.run();
  };
  const mark = control('savepoint decision');
  const keep = control('release decision');
  const undo = control('rollback to decision');
  const commit = control('commit');

  const takeOne = async ([name, input]: Asked): Promise<Answered> => {
    const decide = decisions[name];
    if (!decide) return { fault: new Error(`There is no decision "${name}".`) };
    mark();
    try {
      const answer = await decide(tables, input);
      keep();
      return { answer };
    } catch (fault) {
      // What was remembered beside these tables may have been undone with the rest.
      tables = tablesOn(connection);
      // A full disk undoes the whole transaction at once: then there is no savepoint left.
      if (!database.inTransaction) throw fault;
      undo();
      keep();
      return { fault: translateDriverError(fault) };
    }
  };

  const takeSome = async (batch: readonly Asked[]): Promise<Answered[]> => {
    const answers: Answered[] = [];
    turns.begin();
    try {
      const began = performance.now();
      for (const asked of batch) {
        if (answers.length > 0 && performance.now() - began > longestTransactionMs) break;
        answers.push(await takeOne(asked));
      }
      const taken = batch.slice(0, answers.length).map(([name]) => name);
      reachCrashPoint('before-commit', taken);
      commit();
      reachCrashPoint('after-commit', taken);
    } catch (fault) {
      tables = tablesOn(connection);
      if (database.inTransaction) database.exec('rollback');
      throw fault;
    } finally {
      turns.end();
    }
    return answers;
  };

  return async (batch, tell) => {
    let rest = batch;
    while (rest.length > 0) {
      let answers: Answered[];
      try {
        answers = await takeSome(rest);
      } catch (fault) {
        const translated = translateDriverError(fault);
        answers = rest.map(() => ({ fault: translated }));
      }
      rest = rest.slice(answers.length);
      tell(answers);
    }
  };
}
