import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase, databaseKinds } from '../packages/server/test/databases.ts';
import { runClient } from './client-process.ts';
import { enrolHost, pemOf } from './enrolled-host.ts';
import { makeQuickKeys } from './quick-keys.ts';
import { readAnswers } from './raw-connection.ts';
import { administer, makeToken, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';
import { openWire } from './wire.ts';

describe('a server with a certificate of its own', () => {
  test('is trusted by a client that is given that certificate, and by no other', async () => {
    const { database, server } = await begin('sqlite', ['--tls', 'self']);
    expect(server.url).toMatch(/^https:/);
    const certificate = join(database.dataFolder, 'tls-cert.pem');
    const fingerprint = new X509Certificate(readFileSync(certificate)).fingerprint256;
    await server.program.prints(new RegExp(`SHA-256 ${fingerprint}`));
    const settings = join(makeFolder(), 'host.ini');
    const status = ['--action', 'status', '--url', server.url, '--settings', settings];

    const untrusting = await runClient(status);
    expect(untrusting).toMatchObject({ code: 1, stdout: '' });
    expect(untrusting.stderr.trim().split('\n')).toHaveLength(1);
    expect(untrusting.stderr).toMatch(/certificate/);
    expect(existsSync(settings)).toBe(false);

    for (const name of ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE']) {
      const trusting = await runClient(status, { env: { [name]: certificate } });
      expect(trusting.code, trusting.stderr).toBe(0);
      expect(JSON.parse(trusting.stdout)).toMatchObject({ server_url: `${server.url}/` });
    }
    const folder = makeFolder();
    const keys = ['--private_key', join(folder, 'key'), '--public_key', join(folder, 'key.pub')];
    const newHost = [
      '--action',
      'new_host',
      ...status.slice(2),
      ...keys,
      '--token',
      await makeToken(database),
    ];
    expect((await runClient(newHost, { env: { SSL_CERT_FILE: certificate } })).code).toBe(0);
  });
});

describe('500 machines behind one address', () => {
  test.each(databaseKinds)(
    'join within a minute and the usual limits, on %s',
    async (kind) => {
      const { database, server } = await begin(kind);
      const token = await makeToken(database);
      const keys = makeQuickKeys(500);
      const wire = openWire(server.url, { connections: 32 });
      onTestFinished(wire.close);
      const startedAt = performance.now();
      const hosts = await Promise.all(keys.map((key) => enrolHost(wire, token, key)));
      const seconds = (performance.now() - startedAt) / 1000;
      console.log(`500 machines joined in ${seconds.toFixed(1)} s (${kind})`);
      expect(seconds).toBeLessThan(60);
      expect(new Set(hosts.map(({ uuid }) => uuid)).size).toBe(500);
      const answers = await Promise.all(
        hosts.map((host) => wire.ask({ path: '/api/v1/host/status/', token: host.token })),
      );
      expect(new Set(answers.map(({ json }) => json.user_name)).size).toBe(500);
    },
    90_000,
  );
});

describe('a server that is asked to stop', () => {
  test('takes no more connections, finishes what is under way, and ends well', async () => {
    const { database, server } = await begin('sqlite');
    const token = await makeToken(database);
    const keys = makeQuickKeys(10);
    const begun = await Promise.all(keys.map((key) => beginRegistering(server.port, token, pemOf(key))));
    const ended = server.stop();
    await server.program.prints(/"msg":"Stopping/);
    const ask = () => openWire(server.url).ask({ path: '/api/status/' });
    await expect.poll(() => ask().catch(({ code }) => code)).toBe('ECONNREFUSED');
    const answers = await Promise.all(begun.map((request) => request.finish()));
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    expect(answers.map(({ headers }) => headers.connection)).toEqual(keys.map(() => 'close'));
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(await administer(database, 'hosts', '--json'))).toHaveLength(keys.length);
  });
});

describe('several servers that start at once on one new database', () => {
  test.each(databaseKinds)('make it once, and serve the same hosts, on %s', async (kind) => {
    const database = await createDatabase(kind);
    onTestFinished(database.remove);
    const servers = await Promise.all(Array.from({ length: 4 }, () => startServer(database)));
    onTestFinished(async () => {
      await Promise.all(servers.map((server) => server.kill()));
    });
    const fingerprints = servers.map(({ program }) => /"fingerprint":"([^"]+)"/.exec(program.stdout())?.[1]);
    expect(new Set(fingerprints).size).toBe(1);
    const token = await makeToken(database);
    expect(token.endsWith(`.${fingerprints[0]}`)).toBe(true);
    const [first, ...others] = servers.map(({ url }) => openWire(url));
    const host = await enrolHost(first ?? openWire(''), token);
    const answers = await Promise.all(
      others.map((wire) => wire.ask({ path: '/api/v1/host/status/', token: host.token })),
    );
    expect(answers.map(({ status, json }) => [status, json.user_name])).toEqual(
      others.map(() => [200, '000001']),
    );
  });
});

async function begin(kind: (typeof databaseKinds)[number], args: readonly string[] = []) {
  const database = await createDatabase(kind);
  onTestFinished(database.remove);
  const server = await startServer(database, { args });
  onTestFinished(async () => {
    await server.kill();
  });
  return { database, server };
}

/** Resolves when the server has taken the headers and waits for the body. */
function beginRegistering(port: number, token: string, pem: string) {
  const body = JSON.stringify({ public_key: pem });
  const head = [
    'POST /api/v1/host/register/ HTTP/1.1',
    'Host: localhost',
    `Authorization: Token ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Expect: 100-continue',
  ];
  const socket = connect(port, '127.0.0.1');
  let received = Buffer.alloc(0);
  const answer = new Promise<ReturnType<typeof readAnswers>['answers'][number]>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => {
      const last = readAnswers(received).answers.at(-1);
      if (last && last.status >= 200) resolve(last);
      else reject(new Error(`The connection ended without an answer: ${received}`));
    });
  });
  answer.catch(() => {});
  return new Promise<{ finish(): typeof answer }>((resolve) => {
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (!received.toString().startsWith('HTTP/1.1 100 ')) return;
      resolve({
        finish() {
          socket.write(body.slice(10));
          return answer;
        },
      });
    });
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 10)}`);
  });
}
