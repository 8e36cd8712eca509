// register + verify, as fast as the server answers: a process of its own that reports its own CPU. Signatures are made
// beforehand (v1 signs a constant), and uuids are looked up by key in the server's database instead of being decrypted,
// so that the generator's RSA does not stand in the way of what is measured.

import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readRsaPrivateKey, signPss } from '../packages/protocol/dist/crypto/rsa.js';
import { makeKeys } from './keys.mjs';
import { fingerprintOf } from './seed.mjs';

const require = createRequire(new URL('../packages/server/package.json', import.meta.url));
const Database = require('better-sqlite3');
const [url, token, dataFolder, countText, connectionsText] = process.argv.slice(2);
const agent = new Agent({ keepAlive: false });

const keys = await makeKeys(Number(countText));
const signatures = keys.map(({ privatePem }) => signPss(readRsaPrivateKey(privatePem), 'OK'));
process.send?.('ready');
await new Promise((resolve) => process.once('message', resolve));

const registered = await measure((index) => [
  '/api/v1/host/register/',
  { public_key: keys[index].publicPem },
]);
const uuids = lookUp();
const verified = await measure((index) => [
  '/api/v1/host/verify/',
  { uuid: uuids[index], encrypted: signatures[index] },
]);
process.send?.({
  pairsPerSecond: keys.length / (registered.seconds + verified.seconds),
  generatorCpu: (registered.cpuSeconds + verified.cpuSeconds) / (registered.seconds + verified.seconds),
});

async function measure(requestOf) {
  const began = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  const work = async () => {
    while (next < keys.length) await post(...requestOf(next++));
  };
  await Promise.all(Array.from({ length: Number(connectionsText) }, work));
  const used = process.cpuUsage(cpu);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: (used.user + used.system) / 1e6 };
}

function post(path, fields) {
  const body = JSON.stringify(fields);
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, url),
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Token ${token}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`${path} answered ${answer.statusCode}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

function lookUp() {
  const db = new Database(join(dataFolder, 'remotes.db'), { readonly: true });
  const find = db.prepare('select uuid from hosts where key_fingerprint = ?').pluck();
  const found = keys.map(({ publicPem }) => find.get(fingerprintOf(publicPem)));
  db.close();
  return found;
}
