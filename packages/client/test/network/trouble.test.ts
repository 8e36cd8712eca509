import { copyFile, mkdir } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, startFakeServer } from '../fake-v1-server.ts';
import { makeFolder, makeHost, runClient } from '../run-client.ts';
import { startTlsFront, tlsFixture } from '../tls-front.ts';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

const ask = async (url: string, env: NodeJS.ProcessEnv = {}) => {
  const { settings } = await makeHost(url, 'verified');
  return runClient(['--action=host_status', '-S', settings], { env });
};

async function listen(onConnection: Parameters<typeof createServer>[1]): Promise<Server & { url: string }> {
  const strange = createServer(onConnection);
  await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
  return Object.assign(strange, { url: `http://127.0.0.1:${(strange.address() as AddressInfo).port}` });
}

describe('network trouble is one sentence and an exit code, not a traceback', () => {
  test('nothing listens', async () => {
    const { url } = server;
    await server.close();
    expect(await ask(url)).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: `remotes-client: nothing listens at ${url} (connection refused): check the address, and that the server runs\n`,
    });
  });

  test('the name is not known', async () => {
    const { code, stderr } = await ask('http://remotes.invalid');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^remotes-client: the name remotes\.invalid is not known to the DNS: check the address\n$/,
    );
  });

  test('no answer in time', async () => {
    server.on('GET /api/v1/host/status', () => {});
    const { code, stderr } = await ask(server.url, { REMOTES_TIMEOUT_SECONDS: '0.3' });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `remotes-client: ${server.url} did not answer in time (no whole answer within 0.3 s): try again later\n`,
    );
  });

  test('an answer that is never whole', async () => {
    server.on('GET /api/v1/host/status', (_, response) => void response.writeHead(200).write('{"status"'));
    const { code, stderr } = await ask(server.url, { REMOTES_TIMEOUT_SECONDS: '0.3' });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no whole answer within 0.3 s'),
    });
  });

  test('a connection that is closed without an answer', async () => {
    server.on('GET /api/v1/host/status', (_, response) => void response.destroy());
    expect(await ask(server.url)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('closed the connection without a whole answer'),
    });
  });

  test('something that is no HTTP', async () => {
    const strange = await listen((socket) => socket.end('220 mail ESMTP\r\n'));
    expect(await ask(strange.url)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not answer in HTTP'),
    });
    strange.close();
  });

  test('https where plain HTTP is spoken', async () => {
    expect(await ask(server.url.replace('http:', 'https:'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/does not speak TLS as it should .*: is the address http:\/\//),
    });
  });

  test('an answer without end', async () => {
    server.on('GET /api/v1/host/status', (_, response) => {
      response.writeHead(200);
      const flood = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20)));
      };
      response.on('drain', flood).on('error', () => {});
      flood();
    });
    const { code, stderr } = await ask(server.url);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is longer than this client takes'),
    });
  });

  test('a setting of the environment that is wrong', async () => {
    expect(await ask(server.url, { REMOTES_TIMEOUT_SECONDS: 'soon' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('REMOTES_TIMEOUT_SECONDS must be a number of seconds'),
    });
  });
});

describe('certificates', () => {
  test('one of a private CA is not trusted, and the sentence says how it will be', async () => {
    const front = await startTlsFront(server.url);
    const { code, stderr } = await ask(front.url);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /the certificate of https:\S+ is not trusted \(\w+\): name the file of its CA in REQUESTS_CA_BUNDLE/,
    );
    expect(server.asked).toEqual([]);
    await front.close();
  });

  test.each(['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'])(
    '%s names the private CA',
    async (name) => {
      const front = await startTlsFront(server.url);
      expect(await ask(front.url, { [name]: tlsFixture('ca.pem') })).toMatchObject({ code: 0, stderr: '' });
      await front.close();
    },
  );

  test('REQUESTS_CA_BUNDLE may be a folder', async () => {
    const folder = join(await makeFolder(), 'cas');
    await mkdir(folder);
    await copyFile(tlsFixture('ca.pem'), join(folder, 'ca.crt'));
    const front = await startTlsFront(server.url);
    expect(await ask(front.url, { REQUESTS_CA_BUNDLE: folder })).toMatchObject({ code: 0 });
    await front.close();
  });

  test('one for another name is not trusted', async () => {
    const front = await startTlsFront(server.url, '127.0.0.2');
    const { code, stderr } = await ask(front.url, { REQUESTS_CA_BUNDLE: tlsFixture('ca.pem') });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    await front.close();
  });

  test('a CA file that is missing is named', async () => {
    expect(await ask(server.url, { REQUESTS_CA_BUNDLE: '/nowhere/ca.pem' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the CA certificates in /nowhere/ca.pem can't be read (ENOENT)"),
    });
  });

  test('a server behind TLS that calls itself http is kept as https', async () => {
    const front = await startTlsFront(server.url);
    const folder = await makeFolder();
    const settings = join(folder, 's.ini');
    const env = { REQUESTS_CA_BUNDLE: tlsFixture('ca.pem') };
    const { code, stderr } = await runClient(['--action=status', '--url', front.url, '-S', settings], {
      env,
    });
    expect(code).toBe(0);
    expect(stderr).toContain(`${front.url}/ is kept, so that the token stays on TLS`);
    expect(await runClient(['--action=discover', '-S', settings], { env })).toMatchObject({ code: 0 });
    await front.close();
  });
});
