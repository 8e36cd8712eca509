// The ceilings: a bare Fastify route, and one that inserts a row through a gathered, durable commit.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../packages/server/package.json', import.meta.url));
const fastify = require('fastify')();
const Database = require('better-sqlite3');

const db = new Database(join(process.argv[2], 'bare.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('create table rows (id integer primary key, body text)');
const insert = db.prepare('insert into rows (body) values (?)');
const body = 'x'.repeat(1024);
let waiting = [];

const commit = db.transaction((count) => {
  for (let i = 0; i < count; i++) insert.run(body);
});

fastify.get('/bare', async () => ({ status: 'OK' }));
fastify.get('/insert', () => {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length > 1) return;
    setImmediate(() => {
      const served = waiting;
      waiting = [];
      commit(served.length);
      for (const answer of served) answer({ status: 'OK' });
    });
  });
});
const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
console.log(JSON.stringify({ url }));
process.on('SIGTERM', () => process.exit(0));
