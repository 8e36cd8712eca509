import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { openChannelDoor } from '../channel/channel-door.ts';
import { connectChannel } from '../channel-host.ts';
import { eachDatabase } from '../databases.ts';
import { dial, readAnswer, talk } from './call.ts';
import { openDoor } from './open-door.ts';

describe('limits of time and size', () => {
  eachDatabase((open) => {
    test('two idle TCP connections do not stop the server', async () => {
      const { url, call } = await openDoor(await open());
      const idle = [dial(url), dial(url)];
      await Promise.all(idle.map((socket) => once(socket, 'connect')));
      expect((await call('/api/status')).status).toBe(200);
      for (const socket of idle) socket.destroy();
    });

    test('headers that take too long are answered with 408, as JSON that a list can bear', async () => {
      const { url } = await openDoor(await open(), { headersTimeoutSeconds: 0.2 });
      const slow = dial(url);
      slow.write('GET /api/v1/commands/list/ HTTP/1.1\r\nHost: x\r\nAuth');
      const silent = dial(url);
      for (const answer of [await readAnswer(slow), await readAnswer(silent)]) {
        expect(answer).toMatchObject({
          status: 408,
          json: { detail: 'The request took too long to arrive.', results: [] },
        });
      }
    });

    test('a body that takes too long is answered with 408', async () => {
      const { url, addToken } = await openDoor(await open(), {
        headersTimeoutSeconds: 0.1,
        requestTimeoutSeconds: 0.2,
      });
      const socket = dial(url);
      socket.write(
        `POST /api/v1/host/register/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${await addToken()}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      expect((await readAnswer(socket)).status).toBe(408);
    });

    test('an idle connection is kept for its time and then closed', async () => {
      const { url } = await openDoor(await open(), { keepAliveTimeoutSeconds: 0.2 });
      const answer = await talk(url, 'GET /api/status/ HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(answer.status).toBe(200);
    });

    test.each([
      ['with its length stated', (body: string) => `Content-Length: ${body.length}\r\n\r\n${body}`],
      [
        'in pieces',
        (body: string) =>
          `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      ],
    ])('a body that is too large, %s, is answered with 413 after all of it was sent', async (_, send) => {
      const { url, addToken } = await openDoor(await open(), { bodyLimitBytes: 1024 });
      // More than the sockets' buffers hold: a server that closes at once would reset the connection.
      const body = JSON.stringify({ public_key: 'x'.repeat(8 * 1024 * 1024) });
      const head = `POST /api/v1/host/register/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Token ${await addToken()}\r\nContent-Type: application/json\r\n`;
      const answer = await talk(url, head + send(body));
      expect(answer).toMatchObject({
        status: 413,
        json: { detail: 'The body is larger than this server accepts.' },
      });
    });

    test('a refusal reaches a caller who sends a large body first', async () => {
      const { url } = await openDoor(await open());
      const size = 8 * 1024 * 1024;
      const head = `POST /api/v1/host/register/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`;
      const answer = await talk(url, Buffer.concat([Buffer.from(head), Buffer.alloc(size, 'x')]));
      expect(answer).toMatchObject({ status: 401, json: { detail: expect.any(String) } });
    });

    test('a body that nobody sends in good faith is not waited for', async () => {
      const { url } = await openDoor(await open());
      const size = 1024 ** 4;
      const head = `POST /api/v1/host/register/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\nx`;
      expect(await talk(url, head)).toMatchObject({ status: 401, head: /^connection: close$/im });
    });

    test('headers that are too large are answered with 431', async () => {
      const { url } = await openDoor(await open());
      const answer = await talk(url, `GET /api/status/ HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
      expect(answer).toMatchObject({ status: 431, json: { detail: expect.any(String), results: [] } });
    });
  });
});

describe('the limit of connections', () => {
  eachDatabase((open) => {
    test('one too many is told so, politely, and the others go on', async () => {
      const { url, call } = await openDoor(await open(), { maxConnections: 2 });
      const kept = [dial(url), dial(url)];
      const ask = 'GET /api/status/ HTTP/1.1\r\nHost: x\r\n\r\n';
      for (const socket of kept) {
        socket.write(ask);
        await once(socket, 'data');
      }
      const refused = await call('/api/v1/commands/list/');
      expect(refused).toMatchObject({ status: 503, json: { results: [], detail: expect.any(String) } });
      expect(refused.headers).toMatchObject({ 'retry-after': expect.any(String), connection: 'close' });
      for (const socket of kept) {
        socket.write(ask);
        const [answer] = await once(socket, 'data');
        expect(String(answer)).toMatch(/^HTTP\/1.1 200 /);
        socket.destroy();
      }
      await expect.poll(async () => (await call('/api/status/')).status).toBe(200);
    });

    test('hosts that stay connected leave a tenth of the places to others', async () => {
      const { url, call } = await openChannelDoor(await open(), { maxConnections: 10 });
      for (let places = 9; places > 0; places -= 1) await connectChannel(url);
      await expect(connectChannel(url)).rejects.toThrow('503');
      expect((await call('/api/status/')).status).toBe(200);
    });

    test('far too many are not even told', async () => {
      const { url } = await openDoor(await open(), { maxConnections: 1 });
      const sockets = Array.from({ length: 40 }, () => dial(url));
      const closed = await Promise.any(
        sockets.map(async (socket) => {
          socket.on('error', () => {});
          await once(socket, 'close');
          return true;
        }),
      );
      expect(closed).toBe(true);
      for (const socket of sockets) socket.destroy();
    });
  });
});

describe('requests that are broken below HTTP', () => {
  eachDatabase((open) => {
    test.each([
      'rubbish\r\n\r\n',
      'GET /api/status/ HTTP/1.1\r\nno colon\r\n\r\n',
      'GET /api/status/ HTTP/9.9\r\n\r\n',
      'POST /api/v1/host/register/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      'POST /api/v1/host/register/ HTTP/1.1\r\nContent-Length: x\r\n\r\n',
      'POST /api/v1/host/register/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx',
      'GET /api/ st HTTP/1.1\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `GET /${'\xff'.repeat(10)}\0 HTTP/1.1\r\n\r\n`,
    ])('are answered with JSON: %j', async (bytes) => {
      const { url } = await openDoor(await open());
      const answer = await talk(url, Buffer.from(bytes, 'latin1'));
      expect(answer).toMatchObject({ status: 400, json: { detail: expect.any(String), results: [] } });
      expect(answer.head).toMatch(/^x-request-id: \S+$/im);
    });

    test('a request without Host, and one with an expectation that nobody knows, are answered like any other', async () => {
      const { url } = await openDoor(await open());
      const plain = await talk(url, 'GET /api/status/ HTTP/1.1\r\nConnection: close\r\n\r\n');
      expect(plain).toMatchObject({ status: 200, json: { server_url: `${url}/` } });
      const expecting =
        'GET /api/status/ HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nConnection: close\r\n\r\n';
      expect((await talk(url, expecting)).status).toBe(200);
    });
  });
});
