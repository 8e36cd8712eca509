import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { reachCrashPoint } from '../crash-point.ts';
import type { Reaches } from '../domain/decisions.ts';
import type { Tables } from '../domain/ports.ts';
import type { Storage } from '../domain/storage.ts';
import type { DecisionSet } from './connection.ts';
import { wordingErrors } from './connection-errors.ts';
import { createDoor } from './door.ts';
import { isWorthRetrying, translateDriverError, translateOpenError } from './errors.ts';
import { migrate } from './migrate.ts';
import { postgresConnection } from './postgres-connection.ts';
import { postgresNeighbours } from './postgres-neighbours.ts';
import { createPostgresPool, type PostgresPool } from './postgres-pool.ts';
import { beginDecision, beginMigration } from './postgres-turns.ts';
import { beginServerState } from './tables/server.ts';
import { tablesOn } from './tables.ts';

const poolSize = 10;
/** How often a decision is taken again when another one got in its way. */
const mostAttempts = 5;

/** Opens the database that the URL names, bringing it to this version's schema. Any number of servers may share it. */
export async function openPostgresStorage(
  url: string,
  decisions: DecisionSet,
  reaches: Reaches,
): Promise<Storage> {
  const pool = createPostgresPool(url, poolSize);
  try {
    await prepare(pool);
  } catch (trouble) {
    await pool.close();
    throw translateOpenError(trouble);
  }
  const door = createDoor();
  const read = postgresConnection((config) => door.enter(() => pool.use((client) => client.query(config))));
  const take = decisionTaker(pool, decisions, reaches);
  const { close, ...neighbours } = postgresNeighbours(url, (text) =>
    door.enter(() => pool.use((client) => client.query(text))),
  );
  const decide = (name: string, input: unknown) => door.enter(() => take(name, input));
  return Object.freeze({
    kind: 'postgres',
    tables: tablesOn(wordingErrors(read)),
    decide: decide as Storage['decide'],
    neighbours: Object.freeze(neighbours),
    async close() {
      await close();
      await door.close();
      await pool.close();
    },
  });
}

async function prepare(pool: PostgresPool): Promise<void> {
  await pool.use(async (client) => {
    try {
      await client.query(beginMigration);
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

function decisionTaker(pool: PostgresPool, decisions: DecisionSet, reaches: Reaches) {
  const reachOf = (name: string) => reaches[name] ?? 'fleet';
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
        await client.query(beginDecision(reachOf(name), input));
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

  const takeAgain = async (name: string, input: unknown): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await take(name, input);
      } catch (trouble) {
        if (attempt === mostAttempts || !isWorthRetrying(trouble)) throw translateDriverError(trouble);
      }
      await delay(randomInt(10 * attempt));
    }
  };

  // Those that exclude every other one wait for each other here, not each with a connection of its own.
  let last: Promise<unknown> = Promise.resolve();
  const takeAlone = (name: string, input: unknown): Promise<unknown> => {
    const asked = last.then(() => takeAgain(name, input));
    last = asked.catch(() => {});
    return asked;
  };

  return (name: string, input: unknown) =>
    reachOf(name) === 'fleet' ? takeAlone(name, input) : takeAgain(name, input);
}

async function commit(client: pg.ClientBase): Promise<void> {
  const { command } = await client.query('commit');
  // A statement that failed, and whose error the decision swallowed, turns the commit into this.
  if (command !== 'COMMIT') throw new Error('A decision went on after one of its statements had failed.');
}
