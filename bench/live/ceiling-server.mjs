// What the live channel is held against. `bare`: 500 bytes to each connection, a kilobyte back, nothing else. `sealed`: the
// same frames under AES-256-GCM, a signature checked on each that comes back, and a row a host in one gathered, durable commit.
import { createPublicKey, createSecretKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { channelOpener, channelSealer } from '../../packages/protocol/dist/crypto/channel-frame.js';

const [folder, kind] = process.argv.slice(2);
const require = createRequire(new URL('../../packages/server/package.json', import.meta.url));
const { WebSocketServer } = require('ws');
const Database = require('better-sqlite3');

const isSealed = kind === 'sealed';
const order = Buffer.alloc(500, 'o');
const sockets = new Set();
let left = 0;
let done = () => {};

const http = createServer((request, answer) => {
  if (request.url === '/connections') return answer.end(String(sockets.size));
  const began = performance.now();
  left = sockets.size;
  done = () => answer.end(String(performance.now() - began));
  for (const socket of sockets) socket.send(isSealed ? socket.seal(order).sealed : order);
});
const webSockets = new WebSocketServer({ server: http, perMessageDeflate: false, clientTracking: false });
webSockets.on('connection', (socket) => {
  socket.once('message', (first) => {
    if (isSealed) {
      const { key, publicPem } = JSON.parse(first);
      socket.seal = channelSealer(createSecretKey(Buffer.from(key, 'hex')));
      socket.open = channelOpener(createSecretKey(Buffer.from(key, 'hex')));
      socket.publicKey = createPublicKey(publicPem);
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', isSealed ? (frame) => takeSealed(socket, frame) : () => count(1));
  });
});

function count(hosts) {
  left -= hosts;
  if (left === 0) done();
}

function takeSealed({ open, publicKey }, frame) {
  const { plain } = open(frame);
  const body = plain.subarray(64);
  if (!verify(null, body, publicKey, plain.subarray(0, 64))) throw new Error('A signature is wrong.');
  waiting.push(body);
  if (waiting.length === 1) setImmediate(commit);
}

let waiting = [];
const db = new Database(join(folder, 'ceiling.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec('create table rows (id integer primary key, body blob)');
const insert = db.prepare('insert into rows (body) values (?)');
const insertAll = db.transaction((rows) => {
  for (const row of rows) insert.run(row);
});

function commit() {
  const rows = waiting;
  waiting = [];
  insertAll(rows);
  count(rows.length);
}

http.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${http.address().port}` }));
});
process.on('SIGTERM', () => process.exit(0));
