import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { databaseKinds, type OpenDatabase, openDatabase } from '../packages/server/test/databases.ts';
import { startClient } from './client-process.ts';
import { type EnrolledHost, enrolHost, writeSettings } from './enrolled-host.ts';
import { findPython, testOfSkip } from './outside-program.ts';
import { type Program, startProgram } from './program.ts';
import { makeQuickKeys } from './quick-keys.ts';
import { createRandom } from './seeded-random.ts';
import { apply, makeToken, startServer } from './server-process.ts';
import { type Link, startLink } from './severed-link.ts';
import { makeFolder } from './temporary-folder.ts';
import { openWire } from './wire.ts';
import { openFields, startWitness } from './witness.ts';

const seed = 20_261_123;
const clients = 3;
const python = findPython('cryptography', 'requests');
if (python === undefined) {
  testOfSkip('the load of a Python client', 'a python3 with the packages cryptography and requests');
}

describe('kills at random moments under load', () => {
  test.each(databaseKinds)(
    'lose no acknowledged result and run nothing twice, on %s',
    async (kind) => {
      const random = createRandom(seed);
      const [kills, commands] = kind === 'sqlite' ? [20, 60] : [8, 30];
      const database = await openDatabase(kind);
      onTestFinished(database.remove);
      const link = database.databaseUrl === undefined ? undefined : await startLink(database.databaseUrl);
      if (link) onTestFinished(link.close);
      const reached = { ...database, databaseUrl: link?.url };
      const start = () => startServer(reached, { args: ['--grace-seconds', '0'] });
      let server = await start();
      onTestFinished(async () => {
        await server.kill();
      });
      const witness = await startWitness(() => server.url);
      onTestFinished(witness.close);
      const token = await makeToken(database);
      const hosts: EnrolledHost[] = [];
      // One after the other: the first of them is host 1.
      for (const key of makeQuickKeys(clients + 1))
        hosts.push(await enrolHost(openWire(server.url), token, key));
      const workers = hosts.map((host, index) =>
        index < clients ? clientOf(host, witness.url) : postingHostOf(host, witness.url),
      );
      onTestFinished(async () => {
        await Promise.all(workers.map((worker) => worker.stop()));
      });
      await apply(database, fleetOf(commands));
      for (const worker of workers) worker.start();

      const victims: Victim[] = [
        {
          name: 'server',
          async kill() {
            await server.kill();
            server = await start();
          },
        },
        ...(link ? [networkOf(link)] : workers.slice(0, clients).map(clientVictim)),
      ];
      const killed: string[] = [];
      while (killed.length < kills) {
        await pass(100 + random.integer(500));
        const victim = random.integer(3) === 0 ? victims[0] : random.pick(victims.slice(1));
        killed.push(victim?.name ?? '');
        await victim?.kill();
      }
      const left = await openWork(database, hosts.length);
      await untilAllEnded(database, hosts.length);
      await Promise.all(workers.map((worker) => worker.stop()));

      const runs = await database.storage.tables.runs.list({ limit: 10_000 });
      const states = Object.entries(Object.groupBy(runs, ({ state }) => state));
      console.log(
        `${kind}, seed ${seed}: killed ${killed.join(', ')}; ${witness.acknowledged.length} results acknowledged, the last ${left} after the last kill;`,
        states.map(([state, found]) => `${found?.length} ${state}`).join(', '),
      );
      expect(new Set(killed).size, 'every kind of victim was hit').toBe(victims.length);
      // Enough of both: what went well, and what a kill hit.
      expect(witness.acknowledged.length).toBeGreaterThan(commands);
      expect(await lostOrChanged(database, hosts, witness.acknowledged)).toEqual([]);
      for (const [index, worker] of workers.slice(0, clients).entries()) {
        const ran = worker.ran();
        expect(new Set(ran.map(({ name }) => name)).size, 'each ran once at most').toBe(ran.length);
        const runsOfHost = runs.filter(({ hostId }) => hostId === index + 1);
        expect(runsOfHost).toHaveLength(commands);
        expect(await differences(database, runsOfHost, ran)).toEqual([]);
      }
    },
    150_000,
  );
});

type Victim = { readonly name: string; kill(): Promise<void> };
type Worker = {
  start(): void;
  /** It starts again by itself. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** What its programs have left: they write it themselves, so a kill of the client cannot take it back. */
  ran(): { name: string; mark: string }[];
};

/** Each run of a command leaves a mark of its own in the host's folder, and prints the same. */
function fleetOf(commands: number): string {
  const program = (name: string) =>
    [
      'import secrets',
      'mark = secrets.token_hex(8)',
      `with open('ran', 'a') as file: file.write('${name} ' + mark + '\\n')`,
      `print('${name} ' + mark)`,
      '__RESULT__ = [mark]',
    ].join('\n');
  const list = Array.from({ length: commands }, (_, index) => {
    const name = `c${index}`;
    return { name, order: index, timeout: 5, command: program(name) };
  });
  return JSON.stringify({
    commands_groups: [{ name: 'all', hosts_group: 'All hosts', order: 1, commands: list }],
  });
}

function clientOf(host: EnrolledHost, url: string): Worker {
  const folder = makeFolder();
  const settings = writeSettings(host, url, folder);
  const path = findPython() ?? 'python3';
  return workerOf(folder, () =>
    startClient(['--action', 'commands_process', '--settings', settings, '--python', path], { cwd: folder }),
  );
}

function postingHostOf(host: EnrolledHost, url: string): Worker {
  const folder = makeFolder();
  const program = fileURLToPath(new URL('./python/posting_host.py', import.meta.url));
  const settings = writeSettings(host, url, folder);
  if (python === undefined) return clientOf(host, url);
  return workerOf(folder, () =>
    startProgram(python, [program, settings], { cwd: folder, env: { PYTHONDONTWRITEBYTECODE: '1' } }),
  );
}

/** Runs again and again, whatever ended it: a monitor would wait longer and longer while servers die. */
function workerOf(folder: string, begin: () => Program): Worker {
  let program: Program | undefined;
  let isStopped = false;
  const start = () => {
    if (isStopped) return;
    program = begin();
    program.ended.then(start);
  };
  return {
    start,
    async kill() {
      await program?.end('SIGKILL');
    },
    async stop() {
      isStopped = true;
      await program?.end('SIGKILL');
    },
    ran() {
      const file = join(folder, 'ran');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
      return lines.map((line) => ({ name: line.split(' ')[0] ?? '', mark: line.split(' ')[1] ?? '' }));
    },
  };
}

function clientVictim(worker: Worker, index: number): Victim {
  return { name: `client ${index + 1}`, kill: worker.kill };
}

/** All connections to the database end at once, in the middle of whatever they were doing. */
function networkOf(link: Link): Victim {
  return {
    name: 'network',
    async kill() {
      await link.sever();
      await link.mend();
    },
  };
}

async function untilAllEnded(database: OpenDatabase, hosts: number): Promise<void> {
  await expect.poll(() => openWork(database, hosts), { timeout: 90_000, interval: 100 }).toBe(0);
}

/** How much is still to be offered, or to be heard of. */
async function openWork({ storage }: OpenDatabase, hosts: number): Promise<number> {
  const { pending, runs } = storage.tables;
  const ids = Array.from({ length: hosts }, (_, index) => index + 1);
  const offered = await Promise.all(ids.map((id) => pending.ofHost(id)));
  const flying = await Promise.all(
    (['delivered', 'running'] as const).map((state) => runs.list({ limit: 1000, state })),
  );
  return [...offered, ...flying].flat().length;
}

/** What was said to be stored and is not there exactly as it was sent. */
async function lostOrChanged(
  database: OpenDatabase,
  hosts: readonly EnrolledHost[],
  acknowledged: Awaited<ReturnType<typeof startWitness>>['acknowledged'],
): Promise<string[]> {
  const lost: string[] = [];
  for (const each of acknowledged) {
    const host = hosts.findIndex(({ token }) => token === each.hostToken);
    const sent = openFields(hosts[host]?.uuidKey ?? never(), each);
    const run = await database.storage.tables.runs.byNumber(each.outputId);
    const isThere =
      run?.hostId === host + 1 &&
      run.wireNumber === each.command &&
      run.result === sent.result &&
      (await outputOf(database, run.number)) === sent.output;
    if (!isThere && lost.length < 10)
      lost.push(`${each.command} of host ${host + 1}: ${JSON.stringify({ sent, run })}`);
  }
  return lost;
}

/** Runs that are said to have succeeded, and did not print what the program says that it printed. */
async function differences(
  database: OpenDatabase,
  runs: readonly { state: string; number: number }[],
  ran: readonly { name: string; mark: string }[],
): Promise<string[]> {
  const succeeded = runs.filter(({ state }) => state === 'succeeded');
  const told = await Promise.all(succeeded.map(({ number }) => outputOf(database, number)));
  return told.filter((text) => !ran.some(({ name, mark }) => text === `${name} ${mark}\n`));
}

async function outputOf({ storage }: OpenDatabase, runNumber: number): Promise<string> {
  const chunks = await storage.tables.outputs.chunks(runNumber);
  return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString();
}

function never(): never {
  throw new Error('A host that is not known has posted.');
}
