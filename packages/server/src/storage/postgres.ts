import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { reachCrashPoint } from '../crash-point.ts';
import type { Tables } from '../domain/ports.ts';
import type { Storage } from '../domain/storage.ts';
import type { DecisionSet } from './connection.ts';
import { wordingErrors } from './connection-errors.ts';
import { isWorthRetrying, translateDriverError, translateOpenError, unavailable } from './errors.ts';
import { migrate } from './migrate.ts';
import { postgresConnection } from './postgres-connection.ts';
import { createPostgresPool, type PostgresPool } from './postgres-pool.ts';
import { beginServerState } from './tables/server.ts';
import { tablesOn } from './tables.ts';

const poolSize = 10;
/** How often a decision is taken again when another one got in its way. */
const mostAttempts = 12;

/** Opens the database that the URL names, bringing it to this version's schema. Any number of servers may share it. */
export async function openPostgresStorage(url: string, decisions: DecisionSet): Promise<Storage> {
  const pool = createPostgresPool(url, poolSize);
  try {
    await prepare(pool);
  } catch (trouble) {
    await pool.close();
    throw translateOpenError(trouble);
  }
  const read = postgresConnection((config) => pool.use((client) => client.query(config)));
  const taker = decisionTaker(pool, decisions);
  return Object.freeze({
    kind: 'postgres',
    tables: tablesOn(wordingErrors(read)),
    decide: taker as Storage['decide'],
    close: () => pool.close(),
  });
}

/** Any number, as long as nothing else that uses the same database takes it. */
const migrationLock = 7_364_115_002;

async function prepare(pool: PostgresPool): Promise<void> {
  await pool.use(async (client) => {
    await client.query('begin read write');
    try {
      await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
      const connection = postgresConnection((config) => client.query(config));
      await migrate(connection, Date.now());
      await beginServerState(connection, randomUUID());
      await client.query('commit');
    } catch (trouble) {
      await client.query('rollback').catch(() => {});
      throw trouble;
    }
  });
}

function decisionTaker(pool: PostgresPool, decisions: DecisionSet) {
  const tablesOf = new WeakMap<pg.ClientBase, Tables>();

  const take = (name: string, input: unknown) =>
    pool.use(async (client) => {
      const decide = decisions[name];
      if (!decide) throw new Error(`There is no decision "${name}".`);
      let tables = tablesOf.get(client);
      if (!tables) {
        tables = tablesOn(postgresConnection((config) => client.query(config)));
        tablesOf.set(client, tables);
      }
      try {
        await client.query(begin);
        const answer = await decide(tables, input);
        reachCrashPoint('before-commit', [name]);
        await commit(client);
        reachCrashPoint('after-commit', [name]);
        return answer;
      } catch (trouble) {
        // What was remembered beside these tables is undone with the rest.
        tablesOf.delete(client);
        await client.query('rollback').catch(() => {});
        throw trouble;
      }
    });

  return async (name: string, input: unknown): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await take(name, input);
      } catch (trouble) {
        if (!isWorthRetrying(trouble)) throw translateDriverError(trouble);
        if (attempt === mostAttempts) throw unavailable('The database is busy: try again.', trouble);
      }
      await delay(randomInt(2 ** Math.min(attempt, 7)));
    }
  };
}

/** Decisions look first and write then: only this level makes sure that what they saw still holds. */
const begin = 'begin isolation level serializable, read write; set local synchronous_commit to on';

async function commit(client: pg.ClientBase): Promise<void> {
  const { command } = await client.query('commit');
  // A statement that failed, and whose error the decision swallowed, turns the commit into this.
  if (command !== 'COMMIT') throw new Error('A decision went on after one of its statements had failed.');
}
