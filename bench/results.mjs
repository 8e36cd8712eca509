// Results of hosts, so many a second: a process of its own. Each host posts what a v1 client does, over a few kept
// connections, as a proxy in front of a server keeps them.
import { Agent, request } from 'node:http';
import { fernetKeyOfUuid, sealFernet } from '../packages/protocol/dist/crypto/fernet.js';
import { hostToken, hostUuid } from './fleet-seed.mjs';

const [url, wireNumber, hosts, perSecond] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const stepMs = 20;
let next = 1;
let stored = 0;
let failed = 0;
let isStopped = false;

process.send?.('ready');
process.on('message', (message) => {
  if (message === 'stop') {
    isStopped = true;
    process.send?.({ stored, failed });
  } else begin();
});

function begin() {
  const beganAt = performance.now();
  const step = setInterval(() => {
    const due = Math.min(
      Number(hosts),
      Math.floor(((performance.now() - beganAt) / 1000) * Number(perSecond)),
    );
    for (; next <= due; next += 1) post(next);
    if (isStopped || next > Number(hosts)) clearInterval(step);
  }, stepMs);
}

function post(id) {
  const key = fernetKeyOfUuid(hostUuid(id));
  const output = sealFernet(key, `Linux machine 6.${id % 7} with some more words, as programs print them\n`);
  const body = JSON.stringify({ output, result: sealFernet(key, '[]') });
  const headers = {
    authorization: `Token ${hostToken(id)}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const asked = request(
    new URL(`/api/v1/commands/post/${wireNumber}/`, url),
    { agent, method: 'POST', headers },
    (answer) => {
      if (answer.statusCode === 201) stored += 1;
      else failed += 1;
      answer.resume();
    },
  );
  asked.on('error', () => {
    failed += 1;
  });
  asked.end(body);
}
