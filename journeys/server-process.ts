import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmptyDatabase } from '../packages/server/test/databases.ts';
import { type Ended, type Program, runProgram, startProgram } from './program.ts';

const bin = fileURLToPath(new URL('../packages/server/bin/remotes-server.js', import.meta.url));

export type Database = Pick<EmptyDatabase, 'dataFolder' | 'databaseUrl'> & {
  /** Absent: the one in the data folder. */
  readonly secretKey?: string;
};

export type RunningServer = {
  readonly url: string;
  readonly port: number;
  readonly program: Program;
  /** SIGTERM, and what it ended with. */
  stop(): Promise<Ended>;
  kill(): Promise<Ended>;
};

export type ServerOptions = {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** 0: a free one. */
  readonly port?: number;
  /** A program to start it under, with that program's arguments. */
  readonly under?: readonly string[];
};

/** Starts a server as a process of its own; resolves when it listens. */
export async function startServer(
  database: Database,
  { args = [], env = {}, port = 0, under = [] }: ServerOptions = {},
): Promise<RunningServer> {
  const [file = '', ...before] = [...under, process.execPath, bin];
  const program = startProgram(file, [...before, 'start', '--port', String(port), ...args], {
    env: { ...whereItIs(database), ...env },
  });
  const [, url = ''] = await program.prints(/"url":"([^"]+)"/);
  return {
    url,
    port: Number(new URL(url).port),
    program,
    stop: () => program.end('SIGTERM'),
    kill: () => program.end('SIGKILL'),
  };
}

/** Runs a command of local administration beside the server; its stdout. */
export async function administer(database: Database, ...args: readonly string[]): Promise<string> {
  return (await runProgram(process.execPath, [bin, ...args], { env: whereItIs(database) })).stdout;
}

/** Applies this text as an administrator's file. */
export async function apply(database: Database, yaml: string): Promise<string> {
  const file = join(database.dataFolder, 'fleet.yaml');
  writeFileSync(file, yaml);
  return administer(database, 'apply', file);
}

export async function makeToken(database: Database, ...args: readonly string[]): Promise<string> {
  return (await administer(database, 'registration_token', ...args)).trim();
}

/** By the environment, as a database's URL may hold a password. */
function whereItIs({ dataFolder, databaseUrl, secretKey }: Database): Record<string, string | undefined> {
  return { REMOTES_DATA: dataFolder, REMOTES_DATABASE_URL: databaseUrl, REMOTES_SECRET_KEY: secretKey };
}
