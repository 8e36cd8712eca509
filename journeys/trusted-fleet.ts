import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createDatabase, type EmptyDatabase } from '../packages/server/test/databases.ts';
import { runClient } from './client-process.ts';
import { type Middle, startMiddle } from './middle.ts';
import type { Ended } from './program.ts';
import {
  apply,
  type Database,
  makeToken,
  type RunningServer,
  type ServerOptions,
  startServer,
} from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';

/** A server, somebody in the middle of its wire, and hosts that know it through him. */
export type TrustedFleet = {
  readonly database: EmptyDatabase;
  readonly server: () => RunningServer;
  readonly middle: Middle;
  /** Ends the server as a kill does, and starts another on the same database. */
  restart(): Promise<void>;
  newHost(): Promise<TrustedHost>;
};

export type TrustedHost = {
  readonly folder: string;
  readonly settings: string;
  /** What it registered with. */
  readonly token: string;
  run(action: string, ...more: readonly string[]): Promise<Ended>;
};

export async function openTrustedFleet(
  kind: 'sqlite' | 'postgres' = 'sqlite',
  options: ServerOptions = {},
): Promise<TrustedFleet> {
  const database = await createDatabase(kind);
  onTestFinished(database.remove);
  let server = await startServer(database, options);
  onTestFinished(async () => {
    await server.kill();
  });
  const middle = await startMiddle(() => server.url);
  onTestFinished(middle.close);
  return {
    database,
    server: () => server,
    middle,
    async restart() {
      await server.kill();
      server = await startServer(database, options);
    },
    newHost: () => registerHost(middle.url, database),
  };
}

/** Registers a host at this address with a token of this database. */
export async function registerHost(url: string, database: Database): Promise<TrustedHost> {
  const host = hostOf(await makeToken(database));
  const { code, stderr } = await register(host, url);
  expect(code, stderr).toBe(0);
  return host;
}

export function hostOf(token: string): TrustedHost {
  const folder = makeFolder();
  const settings = join(folder, 'host.ini');
  const run = (action: string, ...more: readonly string[]) =>
    runClient([`--action=${action}`, '--settings', settings, ...more], { env: { REMOTES_TOKEN: token } });
  return { folder, settings, token, run };
}

export function register(host: TrustedHost, url: string): Promise<Ended> {
  const keys = ['--private_key', join(host.folder, 'key.pem'), '--public_key', join(host.folder, 'key.pub')];
  return host.run('new_host', '--url', url, ...keys);
}

/** Python programs for all hosts, by name. */
export function applyPrograms(
  database: Database,
  programs: Readonly<Record<string, string>>,
): Promise<string> {
  const commands = Object.entries(programs).map(([name, command], index) => ({
    name,
    order: index + 1,
    command,
  }));
  const group = { name: 'programs', hosts_group: 'All hosts', order: 1, commands };
  return apply(database, JSON.stringify({ commands_groups: [group] }));
}
