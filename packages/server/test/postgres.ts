import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Unix socket that answers with the URL of a PostgreSQL, which starts when it is first asked for. */
    postgresSocket: string;
  }
}

/** One PostgreSQL for all test files that want one; none is started for those that don't. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-tests-'));
  const path = join(folder, 'postgres.sock');
  let started: Promise<{ keeper: ChildProcess; url: string }> | undefined;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    started ??= startKeeper();
    started.then(
      ({ url }) => socket.end(url),
      (trouble) => socket.end(`failed: ${trouble}`),
    );
  });
  server.listen(path);
  await once(server, 'listening');
  project.provide('postgresSocket', path);
  return async () => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
    const keeper = (await started?.catch(() => undefined))?.keeper;
    if (!keeper || keeper.exitCode !== null) return;
    const ended = once(keeper, 'exit');
    keeper.stdin?.end();
    await ended;
  };
}

async function startKeeper(): Promise<{ keeper: ChildProcess; url: string }> {
  const program = fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url));
  const keeper = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: keeper.stdout })) return { keeper, url: line };
  throw new Error('PostgreSQL did not start; what it said is above.');
}
