import { contract } from '@remotes/protocol/contract';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { talk } from './call.ts';
import { openDoor, sealedPost } from './open-door.ts';

const paths = Object.values(contract).map(({ name, method, path }) => ({
  name,
  method,
  path: name === 'command_get' || name === 'command_post' ? `${path}7/` : path,
}));
const guarded = paths.filter(({ name }) => name !== 'status' && name !== 'discover');

const otherPaths = [
  '/api',
  '/api/',
  '/api/v3/',
  '/api/status/more',
  '/api/v1/commands/get/',
  '/api/v1/commands/post',
  '/api/v1/commands/get/x/',
  '/api/v1/commands/get/-1/',
  '/api/v1/commands/get/1e3/',
  '/api/v1/commands/get/%31/2/',
  '/api/v1/commands/get/9223372036854775808/',
  '/api/v1/commands/get/18446744073709551616',
  '/api/v1/commands/post/9007199254740992/',
  `/api/v1/commands/get/${'9'.repeat(500)}/`,
  '/api/%',
  '/api/%zz/%ff',
  '/',
  '/admin/',
  '//api/status/',
];

describe('paths', () => {
  eachDatabase((open) => {
    test('each exists with and without its final slash, and neither redirects', async () => {
      const { call } = await openDoor(await open());
      for (const { path, method } of paths) {
        const statuses = [];
        for (const form of [path, path.slice(0, -1)]) {
          const { status, json } = await call(form, { method });
          expect(json, form).toBeTypeOf('object');
          statuses.push(status);
        }
        expect(statuses, path).toEqual(statuses[0] === 200 ? [200, 200] : [401, 401]);
      }
    });

    test('the whole way of a host: register, verify, list, get, post', async () => {
      const { call, enrol } = await openDoor(await open());
      const { machine, token, wireNumber } = await enrol();
      const list = await call('/api/v1/commands/list/', { token });
      expect(list.json).toEqual({ status: 'OK', results: [{ group: 1, command: wireNumber }] });
      const got = await call(`/api/v1/commands/get/${wireNumber}/`, { token });
      expect(got.json).toMatchObject({ id: wireNumber, timeout: 15, settings: {}, variables: {} });
      const posted = await call(`/api/v1/commands/post/${wireNumber}/`, {
        token,
        body: sealedPost(machine, ' hello\n', '["a"]'),
      });
      expect([posted.status, posted.json]).toEqual([201, { status: 'OK', results: { id: 1 } }]);
      expect((await call('/api/v1/commands/list/', { token })).json).toEqual({ status: 'OK', results: [] });
      const self = await call('/api/v1/host/status/', { token });
      expect(self.json).toMatchObject({ id: 1, user_id: 1, user_name: '000001' });
    });

    test('a command that raises, exits, or writes to stderr is answered with 201, not with 500', async () => {
      const { call, enrol, database } = await openDoor(await open());
      const { machine, token, wireNumber } = await enrol();
      await call(`/api/v1/commands/get/${wireNumber}/`, { token });
      const traceback = 'Traceback (most recent call last):\n  ...\nZeroDivisionError: division by zero\n';
      const posted = await call(`/api/v1/commands/post/${wireNumber}/`, {
        token,
        body: sealedPost(machine, '', traceback),
      });
      expect(posted.status).toBe(201);
      const run = await database.storage.tables.runs.byNumber(1);
      expect(run).toMatchObject({ state: 'failed', result: traceback });
    });

    test('any other is not found, whoever asks and however', async () => {
      const { url, call, enrol } = await openDoor(await open());
      const { token } = await enrol();
      for (const path of otherPaths) {
        for (const method of ['GET', 'POST', 'PROPFIND']) {
          const { status, json } = await call(path, { method, token });
          expect([status, json], `${method} ${path}`).toEqual([404, { detail: 'Not found.' }]);
        }
        expect((await talk(url, `GET ${path} HTTP/1.0\r\n\r\n`)).status, path).toBe(404);
      }
    });

    test('a request that names the whole URL, as proxies may, finds its path', async () => {
      const { url } = await openDoor(await open());
      const answer = await talk(
        url,
        `GET ${url}/api/status/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatchObject({ status: 200, json: { status: 'OK' } });
    });
  });
});

describe('order of checks', () => {
  eachDatabase((open) => {
    const wrongToken = '0123456789012345678901234567890123456789';
    const body = '{';

    test('Accept comes before the token', async () => {
      const { call } = await openDoor(await open());
      for (const { path, method } of paths) {
        const answer = await call(path, { method, headers: { accept: 'text/html' } });
        expect(answer.status, path).toBe(406);
        expect(answer.json).toMatchObject({ detail: 'Could not satisfy the request Accept header.' });
      }
    });

    test('the token comes before the method and the body', async () => {
      const { call } = await openDoor(await open());
      for (const { path } of guarded) {
        for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
          const none = await call(path, { method, body });
          expect([none.status, none.headers['www-authenticate']], `${method} ${path}`).toEqual([
            401,
            'Token',
          ]);
          const wrong = await call(path, { method, body, token: wrongToken });
          expect([wrong.status, wrong.json], path).toMatchObject([401, { detail: 'Invalid token.' }]);
        }
      }
    });

    test('the right token of the wrong kind comes before the method and the body', async () => {
      const { call, enrol, addToken } = await openDoor(await open());
      const { token } = await enrol();
      const tokens = { host_token: await addToken(), registration_token: token, none: '' };
      for (const { path, name } of guarded) {
        for (const method of ['GET', 'POST', 'PATCH', 'OPTIONS']) {
          const { status, json } = await call(path, {
            method,
            body,
            token: tokens[contract[name].credential],
          });
          const detail = 'You do not have permission to perform this action.';
          expect([status, json], `${method} ${path}`).toMatchObject([403, { detail }]);
        }
      }
    });

    test('the method comes before the body, and Allow says which there are', async () => {
      const { call, enrol, addToken } = await openDoor(await open());
      const { token } = await enrol();
      const tokens = { host_token: token, registration_token: await addToken(), none: '' };
      for (const { path, name, method } of paths) {
        const other = method === 'GET' ? 'POST' : 'PUT';
        const answer = await call(path, { method: other, body, token: tokens[contract[name].credential] });
        expect([answer.status, answer.json], path).toMatchObject([
          405,
          { detail: `Method "${other}" not allowed.` },
        ]);
        expect(answer.headers.allow).toContain(method);
      }
    });

    test('that a command is this host’s comes before the body', async () => {
      const { call, enrol } = await openDoor(await open());
      const { token } = await enrol();
      const answer = await call('/api/v1/commands/post/999999/', {
        token,
        body,
        headers: { 'content-type': 'text/rubbish' },
      });
      expect([answer.status, answer.text]).toEqual([403, '{"status":"ERROR"}']);
    });

    test('the body’s type comes before its form, its form before its fields', async () => {
      const { call, addToken } = await openDoor(await open());
      const token = await addToken();
      const register = (sent: string, type: string) =>
        call('/api/v1/host/register/', { token, body: sent, headers: { 'content-type': type } });
      expect((await register('{', 'text/plain')).json).toEqual({
        detail: 'Unsupported media type "text/plain" in request.',
      });
      const broken = await register('{', 'application/json');
      expect([broken.status, broken.json]).toMatchObject([
        400,
        { detail: expect.stringMatching(/^JSON parse error - /) },
      ]);
      expect((await register('{}', 'application/json')).json).toEqual({
        status: 'ERROR',
        message: 'Missing host public key',
      });
    });
  });
});

describe('methods beside those of the contract', () => {
  eachDatabase((open) => {
    test('HEAD answers what GET would, without the body', async () => {
      const { call, enrol } = await openDoor(await open());
      const { token } = await enrol();
      for (const path of ['/api/status', '/api/v1/commands/list/']) {
        const got = await call(path, { token });
        const head = await call(path, { method: 'HEAD', token });
        expect([head.status, head.text]).toEqual([200, '']);
        expect(head.headers['content-length']).toBe(got.headers['content-length']);
      }
    });

    test('HEAD delivers no command, whose program would be lost', async () => {
      const { call, enrol } = await openDoor(await open());
      const { token, wireNumber } = await enrol();
      const path = `/api/v1/commands/get/${wireNumber}/`;
      expect(await call(path, { method: 'HEAD', token })).toMatchObject({ status: 405 });
      expect(await call(path, { token })).toMatchObject({ status: 200 });
    });

    test('OPTIONS says which methods there are', async () => {
      const { call } = await openDoor(await open());
      const answer = await call('/api/status/', { method: 'OPTIONS' });
      expect([answer.status, answer.headers.allow]).toEqual([200, 'GET, HEAD, OPTIONS']);
      expect(answer.json).toBeTypeOf('object');
    });
  });
});
