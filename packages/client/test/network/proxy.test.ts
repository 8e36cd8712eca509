import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { proxyFor } from '../../src/network/proxy.ts';
import { type FakeServer, startFakeServer } from '../fake-v1-server.ts';
import { makeHost, runClient } from '../run-client.ts';
import { startTlsFront, tlsFixture } from '../tls-front.ts';

const none = { http: undefined, https: undefined, all: undefined, none: '' };

describe('the choice of a proxy, as requests makes it', () => {
  test.each([
    ['http://a/', { http: 'http://p:1' }, 'http://p:1/'],
    ['https://a/', { http: 'http://p:1' }, undefined],
    ['https://a/', { https: 'p:2' }, 'http://p:2/'],
    ['https://a/', { all: 'http://p:3' }, 'http://p:3/'],
    ['https://a/', { https: 'http://p:1', none: '*' }, undefined],
    ['https://a.example.com/', { https: 'http://p:1', none: 'other, example.com' }, undefined],
    ['https://a.example.com/', { https: 'http://p:1', none: '.example.com' }, undefined],
    ['https://example.com/', { https: 'http://p:1', none: '.EXAMPLE.com' }, undefined],
    ['https://example.com/', { https: 'http://p:1', none: 'ample.com' }, 'http://p:1/'],
    ['https://a:8443/', { https: 'http://p:1', none: 'a:8443' }, undefined],
    ['https://a:8443/', { https: 'http://p:1', none: 'a:443' }, 'http://p:1/'],
    ['https://10.1.2.3/', { https: 'http://p:1', none: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3/', { https: 'http://p:1', none: '10.0.0.0/8,nonsense/99' }, 'http://p:1/'],
    ['https://10.1.2.3/', { https: 'http://p:1', none: '10.1.2.3' }, undefined],
    ['https://[::1]/', { https: 'http://p:1', none: '::1' }, undefined],
    ['https://110.1.2.3/', { https: 'http://p:1', none: '10.1.2.3' }, 'http://p:1/'],
  ])('%s with %j goes by %s', (url, given, proxy) => {
    expect(proxyFor(new URL(url), { ...none, ...given })?.href).toBe(proxy);
  });
});

describe('through a proxy', () => {
  let server: FakeServer;
  let proxy: Server;
  let proxied: string[];
  let credentials: (string | undefined)[];
  let proxyUrl: string;

  beforeEach(async () => {
    server = await startFakeServer();
    proxied = [];
    credentials = [];
    proxy = createServer((asked, response) => {
      note(asked);
      const { host } = new URL(asked.url ?? '');
      const { 'proxy-authorization': _, ...headers } = asked.headers;
      const onward = request(
        asked.url ?? '',
        { method: asked.method, headers: { ...headers, host } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        },
      );
      asked.pipe(onward);
    });
    const note = (asked: IncomingMessage) => {
      proxied.push(`${asked.method} ${asked.url}`);
      credentials.push(asked.headers['proxy-authorization']);
    };
    proxy.on('connect', (asked, socket) => {
      note(asked);
      const [host, port] = (asked.url ?? '').split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    proxyUrl = `http://us%40er:pass@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await server.close();
  });

  const ask = async (url: string, env: NodeJS.ProcessEnv) => {
    const { settings } = await makeHost(url, 'verified');
    return runClient(['--action=host_status', '-S', settings], { env });
  };
  const basic = `Basic ${Buffer.from('us@er:pass').toString('base64')}`;

  test('plain HTTP goes by HTTP_PROXY, with the whole address', async () => {
    expect(await ask(server.url, { HTTP_PROXY: proxyUrl })).toMatchObject({ code: 0, stderr: '' });
    expect(proxied).toEqual([`GET ${server.url}/api/v1/host/status/`]);
    expect(credentials).toEqual([basic]);
    expect(server.asked[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('HTTPS goes through a tunnel of https_proxy, and the certificate is still checked', async () => {
    const front = await startTlsFront(server.url);
    try {
      const env = { https_proxy: proxyUrl, REQUESTS_CA_BUNDLE: tlsFixture('ca.pem') };
      expect(await ask(front.url, env)).toMatchObject({ code: 0, stderr: '' });
      expect(proxied).toEqual([`CONNECT ${new URL(front.url).host}`]);
      expect(credentials).toEqual([basic]);
      expect(await ask(front.url, { https_proxy: proxyUrl })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is not trusted'),
      });
    } finally {
      await front.close();
    }
  });

  test('NO_PROXY goes there directly', async () => {
    expect(await ask(server.url, { http_proxy: proxyUrl, NO_PROXY: '127.0.0.0/8' })).toMatchObject({
      code: 0,
    });
    expect(proxied).toEqual([]);
  });

  test('a proxy that is down, or refuses, is told, without its password', async () => {
    const dead = await ask('https://remotes.invalid', { HTTPS_PROXY: 'http://u:pass@127.0.0.1:1' });
    expect(dead).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the proxy 127.0.0.1:1 can't be used (ECONNREFUSED)"),
    });
    proxy.removeAllListeners('connect');
    proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
    const refused = await ask('https://remotes.invalid', { HTTPS_PROXY: proxyUrl });
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('refused the way to remotes.invalid:443 (407)'),
    });
    expect(dead.stderr + refused.stderr).not.toContain('pass@');
  });
});
