import { sealFernet } from '@remotes/protocol/crypto/fernet';
import { type RefusalCode, refusals } from '@remotes/protocol/errors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../packages/server/test/databases.ts';
import { connectTo } from '../packages/server/test/storage/raw-connection.ts';
import { readContent } from './database-content.ts';
import { pemOf } from './enrolled-host.ts';
import { bytesOf, draftOf } from './fuzz/draft.ts';
import { oddKeys } from './fuzz/spoil-pem.ts';
import { createSpoiler, goodRequests } from './fuzz/spoilt-request.ts';
import { makeWorld, type World } from './fuzz/world.ts';
import { makeQuickKeys } from './quick-keys.ts';
import { openRawConnection, type RawAnswer, readAnswers, sendAndListen } from './raw-connection.ts';
import { refusalOfAnswer } from './refusal-of-answer.ts';
import { createRandom } from './seeded-random.ts';
import { makeToken, type RunningServer, startServer } from './server-process.ts';
import { openWire } from './wire.ts';

const seed = 20_261_123;
const badRequests = 10_000;
const connections = 16;
/** Those that no request of one caller brings about: faults, and what takes time or many requests. */
const unreachable: readonly string[] = ['internal', 'unavailable', 'too_many_requests', 'request_timeout'];
/** Those of the sealed protocol, whose requests are spoilt beside the server's own tests (`sealed-fuzz`). */
const sealed: readonly string[] = [
  'v1_closed',
  'handshake_malformed',
  'handshake_version',
  'session_ended',
  'seal_broken',
  'message_replayed',
  'message_malformed',
  'host_unproved',
  'proof_invalid',
  'channel_key_enrolled',
  'past_wanted',
  'past_too_long',
  'output_wanted',
  'upgrade_required',
  'not_this_hosts_run',
  'report_illegal',
  'statement_invalid',
];

describe('bad requests', () => {
  eachDatabase((open, kind) => {
    test(`${badRequests} of them change nothing, break nothing, and good ones in between succeed`, async () => {
      const database = await open();
      const { server, world } = await begin(database);
      const beside = await connectTo(database);
      const before = await readContent(beside);
      const spoilt = createSpoiler(world, createRandom(seed));
      const good = goodRequests(world);
      const stopped = new Map<string, number>();
      let sent = 0;
      let refused = 0;
      let withValidToken = 0;
      let goodSent = 0;

      const raws = Array.from({ length: connections }, () => openRawConnection(server.port));
      onTestFinished(() => raws.forEach((raw) => void raw.close()));
      await Promise.all(
        raws.map(async (raw) => {
          while (refused < badRequests) {
            const { bytes, hasValidToken, story } = spoilt();
            sent += 1;
            const answer = await raw.exchange(bytes);
            const code = checked(answer, bytes, story);
            stopped.set(code, (stopped.get(code) ?? 0) + 1);
            if (code !== 'accepted') {
              refused += 1;
              if (hasValidToken) withValidToken += 1;
            }
            if (refused < goodSent * 100) continue;
            const next = good[goodSent % good.length];
            goodSent += 1;
            if (next)
              expect((await raw.exchange(next))?.status).toSatisfy(
                (status) => status === 200 || status === 201,
              );
          }
        }),
      );

      report(kind, stopped, { sent, refused, withValidToken, goodSent });
      expect(await readContent(beside)).toEqual(before);
      expect(withValidToken).toBeGreaterThan(refused / 2);
      expect(goodSent).toBeGreaterThanOrEqual(badRequests / 100);
      const neverReached = Object.keys(refusals).filter(
        (code) => ![...unreachable, ...sealed].includes(code) && !stopped.has(code),
      );
      expect(neverReached).toEqual([]);
      await endsWell(server);
      // What was no request, or none of the API's, is not in its log.
      const elsewhere = ['not_found', 'headers_too_large', 'malformed_request'].map(
        (code) => stopped.get(code) ?? 0,
      );
      const logged = await readApiLog(database, world);
      expect(logged.telling).toEqual([]);
      expect(logged.count).toBeGreaterThanOrEqual(elsewhere.reduce((rest, count) => rest - count, sent));
    }, 120_000);
  });

  test('that are not HTTP are answered in JSON or not at all, and change nothing', async () => {
    const database = await openSqlite();
    const { server, world } = await begin(database);
    const beside = await connectTo(database);
    const before = await readContent(beside);
    const random = createRandom(seed + 1);
    const spoilt = createSpoiler(world, random);
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          const whole = spoilt().bytes.toString('latin1');
          // What answers HEAD cannot be told from its headers.
          const bytes = brokenBytes(Buffer.from(whole.replace(/^HEAD/, 'GET'), 'latin1'), random);
          const { answers, rest } = readAnswers(await sendAndListen(server.port, bytes));
          expect(rest.toString('latin1'), bytes.toString('latin1')).toBe('');
          const codes = answers.map((answer) => checked(answer, bytes, 'broken bytes'));
          for (const code of codes.length > 0 ? codes : ['no answer'])
            outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
        }),
      );
    }
    report('raw bytes', outcomes, {});
    expect(outcomes.get('malformed_request')).toBeGreaterThan(100);
    expect(await readContent(beside)).toEqual(before);
    await endsWell(server);
  }, 60_000);

  test('that follow one which asked for an upgrade are answered at once, not left waiting', async () => {
    const database = await openSqlite();
    const server = await start(database);
    const asksUpgrade =
      'GET /api/status/ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    const raw = openRawConnection(server.port);
    onTestFinished(() => raw.close());
    expect(await raw.exchange(Buffer.from(asksUpgrade))).toMatchObject({ status: 200 });
    expect(await raw.exchange(Buffer.from('GET / HTTP/1.1\r\nHo st: a\r\n\r\n'))).toMatchObject({
      status: 400,
    });
  });

  test('public keys of odd numbers are refused, or taken like any other key: never a fault', async () => {
    const database = await openSqlite();
    const server = await start(database);
    const token = await makeToken(database);
    const pems = makeQuickKeys(1).flatMap((key) => oddKeys(pemOf(key)));
    const raw = openRawConnection(server.port);
    onTestFinished(() => raw.close());
    let taken = 0;
    for (const pem of pems) {
      const bytes = bytesOf(draftOf('POST', '/api/v1/host/register/', token, { public_key: pem }));
      if (checked(await raw.exchange(bytes), bytes, 'odd key') === 'accepted') taken += 1;
    }
    expect(await database.storage.tables.hosts.list()).toHaveLength(taken);
    await endsWell(server);
  });

  test('before a run has been reported leave it reportable', async () => {
    const database = await openSqlite();
    const { server, world } = await begin(database);
    const raw = openRawConnection(server.port);
    onTestFinished(() => raw.close());
    const path = `/api/v1/commands/post/${world.deliveredCommand}/`;
    const seal = (text: string) => sealFernet(world.host.uuidKey, text);
    const fields = { output: seal('printed'), result: seal('["returned"]') };
    for (const spoilt of [
      { ...fields, result: world.foreignFernet },
      { output: fields.output },
      {},
      fields,
    ]) {
      const bytes = bytesOf(draftOf('POST', path, world.host.token, spoilt));
      expect((await raw.exchange(bytes))?.status).toBe(spoilt === fields ? 201 : 400);
    }
    const run = (
      await database.storage.tables.runs.list({ limit: 1, wireNumber: world.deliveredCommand })
    )[0];
    expect(run).toMatchObject({ state: 'succeeded', result: '["returned"]' });
  });
});

async function begin(database: OpenDatabase): Promise<{ server: RunningServer; world: World }> {
  const server = await start(database);
  return { server, world: await makeWorld(database, openWire(server.url)) };
}

async function start(database: OpenDatabase): Promise<RunningServer> {
  const server = await startServer(database, {
    args: [
      ...['--failed-registrations-per-address', '1000000', '--registrations-per-token', '1000000'],
      ...['--body-limit-bytes', '131072'],
    ],
  });
  onTestFinished(async () => {
    await server.kill();
  });
  return server;
}

async function openSqlite(): Promise<OpenDatabase> {
  const { openDatabase } = await import('../packages/server/test/databases.ts');
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  return database;
}

/** By what it was stopped; fails for a fault, and for an answer that is no JSON. */
function checked(answer: RawAnswer | undefined, bytes: Buffer, story: string): RefusalCode | 'accepted' {
  const whole = () => `${story}\n${bytes.toString('latin1').slice(0, 2000)}\n→ ${JSON.stringify(answer)}`;
  if (answer === undefined) throw new Error(`No answer: ${whole()}`);
  if (answer.status >= 500) throw new Error(`A fault: ${whole()}`);
  try {
    if (answer.body !== '') JSON.parse(answer.body);
  } catch {
    throw new Error(`No JSON: ${whole()}`);
  }
  const code = refusalOfAnswer(answer.status, answer.body);
  if (code === 'request_timeout') throw new Error(`Left waiting: ${whole()}`);
  if (code === undefined) throw new Error(`An unknown refusal: ${whole()}`);
  return code;
}

/** The bytes of a request with some of them changed, lost, doubled, or replaced by what breaks HTTP. */
function brokenBytes(bytes: Buffer, random: ReturnType<typeof createRandom>): Buffer {
  const at = random.integer(Math.min(bytes.length, 400));
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  const text = bytes.toString('latin1');
  const asBytes = (changed: string) => Buffer.from(changed, 'latin1');
  return random.pick([
    () => head,
    () => Buffer.concat([head, random.bytes(1 + random.integer(20)), tail]),
    () => Buffer.concat([head, tail.subarray(1 + random.integer(20))]),
    () => random.bytes(1 + random.integer(300)),
    () =>
      asBytes(text.replace('HTTP/1.1', random.pick(['HTTP/9.9', 'HTTP/0.9', 'http/1.1', 'HTTP/1.1 x', '']))),
    () => asBytes(text.replace(/^\w+/, random.pick(['BREW', 'get', 'G\0T', '', 'CONNECT', 'PRI']))),
    () =>
      asBytes(
        text.replace(
          /Content-Length: \d+/,
          `Content-Length: ${random.pick(['-1', 'x', '9'.repeat(30), '1, 2', '5'])}`,
        ),
      ),
    () => asBytes(text.replace('\r\n\r\n', '\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n')),
    () => asBytes(text.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n')),
    () =>
      asBytes(
        text
          .replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked')
          .replace('\r\n\r\n', '\r\n\r\nzz\r\n'),
      ),
    () => asBytes(text.replaceAll('\r\n', '\n')),
    () =>
      asBytes(
        text.replace(
          'Host: localhost',
          random.pick(['Host', ': x', 'Ho st: x', 'Host: a\0b', 'Host: \r\n x']),
        ),
      ),
    () => Buffer.concat([Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1'), tail]),
    () => asBytes(`${text}GET / HTTP/1.1\r\n`),
  ])();
}

/** How much is in it once the server has stopped, and what of that would let anyone in. */
async function readApiLog({ storage }: OpenDatabase, world: World) {
  const entries = await storage.tables.apiLog.list(100_000);
  const [secret = ''] = world.registrationToken.split('.');
  const secrets = [world.host.token, secret, world.host.uuid, world.usedSignature, world.foreignFernet];
  const isTelling = (entry: object) => secrets.some((each) => JSON.stringify(entry).includes(each));
  return { count: entries.length, telling: entries.filter(isTelling) };
}

async function endsWell(server: RunningServer): Promise<void> {
  const { code, stdout } = await server.stop();
  expect(code).toBe(0);
  // A fault is logged whole, on the level of errors.
  expect(
    stdout.split('\n').filter((line) => line.includes('"level":50') || line.includes('"level":60')),
  ).toEqual([]);
}

function report(what: string, stopped: ReadonlyMap<string, number>, sums: Record<string, number>): void {
  const rows = [...stopped].sort(([, one], [, other]) => other - one);
  const lines = rows.map(([code, count]) => `${String(count).padStart(7)}  ${code}`);
  const sum = Object.entries(sums).map(([name, count]) => `${name} ${count}`);
  console.log([`bad requests, ${what}, seed ${seed}: stopped by`, ...lines, sum.join(', ')].join('\n'));
}
