import { expect, onTestFinished } from 'vitest';
import { type DatabaseKind, type OpenDatabase, openDatabase } from '../packages/server/test/databases.ts';
import { type ChaosHost, prepareHost } from './chaos-host.ts';
import { chaosProgram } from './chaos-program.ts';
import { type ChaosWire, startChaosWire } from './chaos-wire.ts';
import { signInAsFirstAdmin } from './operator-process.ts';
import { makeQuickKeys } from './quick-keys.ts';
import { createRandom, type SeededRandom } from './seeded-random.ts';
import { type Database, makeToken, type RunningServer, startServer } from './server-process.ts';
import { until } from './until.ts';

/** A server that dies and comes back, hosts that do, and a wire between them that cannot be trusted. */
export type ChaosWorld = {
  readonly database: OpenDatabase;
  readonly random: SeededRandom;
  readonly wire: ChaosWire;
  readonly hosts: readonly ChaosHost[];
  readonly server: () => RunningServer;
  /** Ends the server as a kill does, and starts another, that dies at this point if one is named. */
  restart(point?: string): Promise<void>;
  /** Another server of the same database: the wire leads to it too. */
  add(server: RunningServer): void;
  /** Gives all hosts a program of this name, however often the server dies meanwhile; the job's id. */
  give(name: string, seconds: number): Promise<string>;
  /** Has a job stopped, likewise. */
  stop(job: string): Promise<void>;
};

export type ChaosOptions = {
  readonly kind: DatabaseKind;
  readonly hosts: number;
  readonly seed: number;
  /** By which servers reach the database; itself where it is left out. */
  readonly reach?: (database: OpenDatabase) => Promise<Database>;
};

export async function openChaosWorld({ kind, hosts: count, seed, reach }: ChaosOptions): Promise<ChaosWorld> {
  const random = createRandom(seed);
  const database = await openDatabase(kind);
  onTestFinished(database.remove);
  const reached = (await reach?.(database)) ?? database;
  let server = await startServer(reached);
  onTestFinished(async () => {
    await server.kill();
  });
  const others: RunningServer[] = [];
  const urls = () => [server, ...others].map(({ url }) => url);
  const wire = await startChaosWire(urls, random);
  onTestFinished(wire.close);
  const operator = await signInAsFirstAdmin(server, database.dataFolder);
  const made = await operator.run(['api-tokens', 'create', 'chaos']);
  expect(made.code, made.stderr).toBe(0);
  const bearer = made.stdout.trim();
  const token = await makeToken(reached);
  const hosts: ChaosHost[] = [];
  // One after the other: the first of them is host 1.
  for (const key of makeQuickKeys(count)) hosts.push(await prepareHost(key, wire.url, token));
  onTestFinished(async () => {
    await Promise.all(hosts.map((host) => host.kill()));
  });
  return {
    database,
    random,
    wire,
    hosts,
    server: () => server,
    async restart(point) {
      await server.kill();
      server = await startServer(reached, point === undefined ? {} : { env: { REMOTES_CRASH_AT: point } });
    },
    add: (other) => others.push(other),
    async give(name, seconds) {
      const order = { ...chaosProgram(name, seconds), interpreter: 'sh', timeout_seconds: 60 };
      const body = { ...order, targets: { hosts_groups: ['All hosts'] } };
      return until(
        `a job ${name}`,
        async () => {
          // A server that has died may have made it before.
          const runs = await database.storage.tables.runs.list({ limit: 200 });
          const made = runs.find(({ commandName }) => commandName === name);
          return made?.jobId ?? (await post(urls(), bearer, '/api/v2/jobs', body))?.id;
        },
        90_000,
      );
    },
    async stop(job) {
      await until(`a stop of ${job}`, () => post(urls(), bearer, `/api/v2/jobs/${job}/stop`), 90_000);
    },
  };
}

/** Undefined while no server can answer. */
async function post(
  urls: readonly string[],
  bearer: string,
  path: string,
  body?: object,
): Promise<Said | undefined> {
  const headers = {
    authorization: `Bearer ${bearer}`,
    ...(body && { 'content-type': 'application/json' }),
  };
  const asked = { method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) };
  for (const url of urls) {
    const answer = await fetch(new URL(path, url), asked).catch(() => undefined);
    if (answer === undefined) continue;
    const said = (await answer.json().catch(() => undefined)) as Said | undefined;
    if (said === undefined || answer.status >= 500) return undefined;
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  }
  return undefined;
}

type Said = { readonly id: string };
