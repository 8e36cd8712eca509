// The sealed protocol, as fast as the server answers: handshakes (with the host's proof), claims of one run, reports with
// a kilobyte of output. A process of its own; every host speaks for itself and keeps its connection as long as it has
// something to say: through a handshake, not from one claim to the next. Signatures of reports are made beforehand, so that the generator's part stays small.
import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { openAnswer, sealRequest, sessionKeys } from '../packages/protocol/dist/crypto/frame.js';
import { offerHandshake } from '../packages/protocol/dist/crypto/handshake.js';
import { signFor } from '../packages/protocol/dist/crypto/sign.js';
import { readPayload, writePayload } from '../packages/protocol/dist/messages/payload.js';
import { provingText } from '../packages/protocol/dist/messages/prove.js';
import { canonicalJson } from '../packages/protocol/dist/values/canonical-json.js';

const [url, workFile] = process.argv.slice(2);
const { hosts, claimsEach, server } = JSON.parse(readFileSync(workFile, 'utf8'));
const concurrent = 8;
const closing = new Agent({ keepAlive: false });
const output = Buffer.from('a line of output\n'.repeat(64));
const result = '[\n  "one",\n  "two"\n]';
const emptyHash = sha256('');

const sessions = hosts.map((host) => ({
  ...host,
  key: createPrivateKey(host.channelPrivatePem),
  given: [],
}));
/** Hosts shake hands again and again, as over months: what is measured is not how a program warms up. */
const handshakesEach = 5;
const phases = {
  'first handshakes': [sessions, open],
  handshakes: [Array.from({ length: handshakesEach }, () => sessions).flat(), open],
  claims: [Array.from({ length: claimsEach }, () => sessions).flat(), claim],
  reports: [undefined, report],
};

process.send?.('ready');
process.on('message', async (name) => {
  const [work, deed] = phases[name];
  const items = work ?? sessions.flatMap((session) => session.given.map((run) => prepared(session, run)));
  const began = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  const worker = async (first) => {
    // Each worker has hosts of its own: a host says one thing at a time.
    for (let at = first; at < items.length; at += concurrent) {
      await deed(items[at]);
      next += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrent }, (_, first) => worker(first)));
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  process.send?.({
    count: next,
    perSecond: next / seconds,
    generatorCpu: (used.user + used.system) / 1e6 / seconds,
  });
});

async function open(session) {
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await shakeHands(session, kept);
  } finally {
    kept.destroy();
  }
}

async function shakeHands(session, kept) {
  const { offer, agree } = offerHandshake([1]);
  const body = JSON.stringify({
    versions: offer.versions,
    ephemeral: offer.ephemeral.toString('base64url'),
    nonce: offer.nonce.toString('base64url'),
  });
  const reply = JSON.parse(await post('/sealed/handshake/', body, 'application/json', kept));
  const bytes = (text) => Buffer.from(text, 'base64url');
  const agreement = agree({
    version: reply.version,
    ephemeral: bytes(reply.ephemeral),
    nonce: bytes(reply.nonce),
  });
  const proof = JSON.parse(agreement.openProof(bytes(reply.sealed)));
  const { transcript, secret } = agreement.session(bytes(reply.sealed));
  session.instance = bytes(proof.instance);
  session.keys = sessionKeys(secret, session.instance);
  session.ticket = bytes(reply.ticket);
  session.counter = 0;
  const signature = signFor('host handshake', session.key, provingText(transcript, session.uuid));
  const [proved] = await ask(session, [{ type: 'prove', host: session.uuid, signature }], kept);
  if (proved?.type !== 'proved') throw new Error(`prove: ${JSON.stringify(proved)}`);
  session.ticket = bytes(proved.ticket);
}

async function claim(session) {
  const [given, claimed] = await ask(session, [{ type: 'claim', limit: 1 }]);
  if (given?.type !== 'run' || claimed?.type !== 'claimed')
    throw new Error(`claim: ${JSON.stringify(given)}`);
  session.given.push({ run: given.run, attempt: given.attempt });
}

function prepared(session, { run, attempt }) {
  const statement = canonicalJson({
    version: 1,
    server,
    run,
    attempt,
    ending: 'exited',
    exit_code: 0,
    signal: null,
    reason: null,
    message: null,
    started_at_ms: Date.now(),
    duration_ms: 12,
    result_sha256: sha256(result),
    stdout: { bytes: output.length, sha256: sha256(output), cut_bytes: 0 },
    stderr: { bytes: 0, sha256: emptyHash, cut_bytes: 0 },
  });
  const signature = signFor('result', session.key, statement);
  const message = { type: 'finished', run, attempt, statement, signature, result };
  const chunk = { type: 'output', run, attempt, stream: 'stdout', chunk: 0 };
  return { session, messages: [{ message: chunk, data: output }, message] };
}

async function report({ session, messages }) {
  const [stored] = await ask(session, messages);
  if (stored?.type !== 'stored') throw new Error(`finished: ${JSON.stringify(stored)}`);
}

async function ask(session, messages, by = closing) {
  const head = { ticket: session.ticket, instance: session.instance, counter: session.counter++ };
  const frame = sealRequest(session.keys, head, writePayload(messages));
  const sealed = await post('/sealed/messages/', frame, 'application/octet-stream', by);
  return readPayload(openAnswer(session.keys, head, sealed)).map(({ message }) => message);
}

function post(path, body, type, agent) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const asked = request(new URL(path, url), { agent, method: 'POST', headers }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const whole = Buffer.concat(parts);
        if (answer.statusCode === 200) resolve(whole);
        else reject(new Error(`${path} answered ${answer.statusCode}: ${whole}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function sha256(data) {
  return createHash('sha256').update(data).digest('hex');
}
