import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, startFakeServer } from '../fake-v1-server.ts';
import { makeHost, runClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
let other: FakeServer;
beforeEach(async () => {
  [server, other] = await Promise.all([startFakeServer(), startFakeServer()]);
});
afterEach(() => Promise.all([server.close(), other.close()]));

const redirect = (request: string, status: number, location: string) =>
  server.on(request, (_, response) => {
    response.writeHead(status, { Location: location, Connection: 'close' }).end();
  });
const run = async (action: string, step: 'keys' | 'verified', ...more: string[]) => {
  const host = await makeHost(server.url, step);
  return { ...(await runClient([`--action=${action}`, '-S', host.settings, ...more])), host };
};

describe('redirects', () => {
  test('the token stays with a redirect within the server', async () => {
    redirect('GET /api/v1/host/status', 302, '/api/v1/commands/list/');
    expect(await run('host_status', 'verified')).toMatchObject({ code: 0 });
    expect(server.asked[1]?.headers.authorization).toBe(`Token ${vectors.exchanges.verify.expect.token}`);
  });

  test('the token is dropped on a redirect to another host', async () => {
    redirect('GET /api/v1/host/status', 307, `${other.url}/api/v1/host/status/`);
    other.on('GET /api/v1/host/status', (_, response) => {
      response.writeHead(401, { 'Content-Type': 'application/json' }).end('{"detail":"Who are you?"}');
    });
    const { code, stderr } = await run('host_status', 'verified');
    expect(code).toBe(2);
    expect(other.asked).toHaveLength(1);
    expect(other.asked[0]?.headers).not.toHaveProperty('authorization');
    expect(stderr).toContain(`it redirected to ${other.url}, which was not given the token`);
  });

  test.each([301, 302, 303])('a POST is not turned into a GET by a %i', async (status) => {
    redirect('POST /api/v1/host/register', status, `${other.url}/api/v1/host/register/`);
    const { code, stderr, host } = await run('host_register', 'keys', '--token=t');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `answers a POST with a redirect (${status}) to ${other.url}/api/v1/host/register/`,
    );
    expect(other.asked).toEqual([]);
    expect(await readFile(host.settings, 'utf8')).not.toContain('uuid');
  });

  test.each([307, 308])('a POST is sent again, whole, after a %i', async (status) => {
    redirect('POST /api/v1/host/register', status, '/moved/');
    server.on('POST /moved', ({ body, headers }, response) => {
      expect(JSON.parse(body)).toEqual(vectors.exchanges.register.request.body_json);
      expect(headers.authorization).toBe('Token t');
      const { body_text: text } = vectors.exchanges.register.response;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
    });
    expect(await run('host_register', 'keys', '--token=t')).toMatchObject({ code: 0 });
  });

  test('a circle ends', async () => {
    redirect('GET /api/v1/host/status', 301, '/api/v1/host/status/');
    const { code, stderr } = await run('host_status', 'verified');
    expect(code).toBe(1);
    expect(stderr).toContain('redirects in a circle');
    expect(server.asked.length).toBeLessThan(20);
  });

  test('a redirect to what is no web address is not followed', async () => {
    redirect('GET /api/v1/host/status', 301, 'file:///etc/passwd');
    expect(await run('host_status', 'verified')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('redirects to something that is no web address'),
    });
  });
});
