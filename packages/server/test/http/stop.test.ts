import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { dial, readAnswer } from './call.ts';
import { openDoor } from './open-door.ts';

describe('stopping', () => {
  eachDatabase((open) => {
    test('what is under way is finished, and its answer says that the connection closes', async () => {
      const { url, server, addToken } = await openDoor(await open(), { stopTimeoutSeconds: 10 });
      const socket = dial(url);
      socket.write(
        `POST /api/v1/host/register/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${await addToken()}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{',
      );
      await once(socket, 'data');
      const stopped = server.stop();
      await expectRefused(url);
      socket.write('}');
      const answer = await readAnswer(socket);
      expect(answer.head).toMatch(/^connection: close$/im);
      expect(answer).toMatchObject({ status: 400, json: { message: 'Missing host public key' } });
      await stopped;
    });

    test('idle connections are closed at once', async () => {
      const { url, server } = await openDoor(await open(), { stopTimeoutSeconds: 10 });
      const idle = dial(url);
      idle.write('GET /api/status/ HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(idle, 'data');
      const closed = once(idle, 'close');
      await server.stop();
      await closed;
    });

    test('a request that never ends holds nobody up for longer than the limit', async () => {
      const { url, server } = await openDoor(await open(), { stopTimeoutSeconds: 0.1 });
      const socket = dial(url);
      socket.on('error', () => {});
      socket.write('GET /api/status/ HTTP/1.1\r\nHost:');
      await once(socket, 'connect');
      const closed = once(socket, 'close');
      await server.stop();
      await closed;
    });

    test('what the API log was told of the last request is there when it has stopped', async () => {
      const { call, server, fleet } = await openDoor(await open());
      await fleet.administer((tables) =>
        tables.settings.put({
          name: 'apilog_enable_logging',
          value: '1',
          description: '',
          isSecret: false,
          isActive: true,
        }),
      );
      await call('/api/status/');
      await server.stop();
      expect(fleet.mind.apiLog.take().entries).toHaveLength(1);
    });

    test('/readyz is 503 while it stops, /healthz is not', async () => {
      const { url, call, server } = await openDoor(await open(), { stopTimeoutSeconds: 10 });
      const probes = [];
      for (const path of ['/readyz', '/healthz']) {
        const socket = dial(url);
        // Half a request keeps the connection from counting as idle.
        socket.write('GET /api/status/ HTTP/1.1\r\nHost: x\r\n\r\n');
        await once(socket, 'data');
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n`);
        probes.push(socket);
      }
      // Asked after the halves were sent, so answered after they were read.
      await call('/api/status/');
      const stopped = server.stop();
      const answers = probes.map(async (socket) => {
        socket.write('\r\n');
        return (await readAnswer(socket)).status;
      });
      expect(await Promise.all(answers)).toEqual([503, 200]);
      await stopped;
    });
  });
});

async function expectRefused(url: string): Promise<void> {
  const socket = dial(url);
  const [error] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
}
