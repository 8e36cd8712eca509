import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startClient } from './client-process.ts';
import { type OperatorProcess, signInAsFirstAdmin } from './operator-process.ts';
import type { Ended, Program } from './program.ts';
import { type Link, startLink } from './severed-link.ts';
import { openTrustedFleet, registerHost, type TrustedFleet, type TrustedHost } from './trusted-fleet.ts';

/** A server whose port stays, its admin, and a host whose client works over a link that can be cut. */
export type LiveHost = {
  readonly fleet: TrustedFleet;
  readonly link: Link;
  readonly host: TrustedHost;
  readonly operator: OperatorProcess;
  /** Starts the client that works for good. */
  work(settings?: string, ...more: readonly string[]): Program;
  /** Makes a job for all hosts, and does not wait for it; its id. */
  ask(program: string): Promise<string>;
  /** Follows what the newest run prints. */
  follow(): Program;
  /** How the runs of a job stand. */
  states(job: string): Promise<string[]>;
  ends(job: string, state: string): Promise<void>;
  path(name: string): string;
  /** A part of a program: waits until `let` is called with this name. */
  awaiting(name: string): string;
  let(name: string): void;
  /** A part of a program: leaves a mark each time that it is executed. */
  marking(text: string): string;
  marks(): string;
};

export async function openLiveHost(kind: 'sqlite' | 'postgres' = 'sqlite'): Promise<LiveHost> {
  const fleet = await openTrustedFleet(kind, { port: await freePort() });
  const link = await startLink(fleet.server().url);
  onTestFinished(link.close);
  const host = await registerHost(link.url, fleet.database);
  const operator = await signInAsFirstAdmin(fleet.server(), fleet.database.dataFolder);
  const done = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await operator.run(args);
    expect(ended.code, ended.stderr).toBe(0);
    return ended;
  };
  const path = (name: string) => join(host.folder, name);
  const states = async (job: string) => {
    const runs: { state: string }[] = JSON.parse((await done('runs', '--job', job, '--json')).stdout);
    return runs.map(({ state }) => state);
  };
  return {
    fleet,
    link,
    host,
    operator,
    work(settings = host.settings, ...more) {
      const client = startClient(['--action=run', '--settings', settings, ...more]);
      onTestFinished(async () => {
        await client.end('SIGKILL');
      });
      return client;
    },
    async ask(program) {
      return (await done('run', '-g', 'All hosts', '--no-wait', '--', program)).stdout.trim();
    },
    follow: () => operator.start(['output', 'last', '--follow']),
    states,
    ends: (job, state) => expect.poll(() => states(job)).toEqual([state]),
    path,
    awaiting: (name) => `while [ ! -e ${path(name)} ]; do sleep 0.02; done`,
    let: (name) => writeFileSync(path(name), ''),
    marking: (text) => `printf ${text} >> ${path('marks')}`,
    marks: () => (existsSync(path('marks')) ? readFileSync(path('marks'), 'utf8') : ''),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
