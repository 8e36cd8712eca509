import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { errorPage, type FakeServer, send, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { makeFolder, runClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
let settings: string;
beforeEach(async () => {
  server = await startFakeServer();
  settings = join(await makeFolder(), 'settings.ini');
});
afterEach(() => server.close());

const status = (url: string) => runClient(['--action=status', '--url', url, '--settings', settings]);

describe('status', () => {
  test.each(['', '/'])(
    'adds api/status to an address that ends with "%s", follows the 301, keeps the address',
    async (end) => {
      const { code, stdout, stderr } = await status(server.url + end);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toBe(
        `${JSON.stringify({ ...vectors.exchanges.status.response.body_json, server_url: `${server.url}/` }, null, 2)}\n`,
      );
      expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
        'GET /api/status',
        'GET /api/status/',
      ]);
      expect(await readFile(settings, 'utf8')).toBe(
        `[server]\nserver_url = ${server.url}/\n\n[endpoints]\ndiscover = /api/v1/discover/\n`,
      );
    },
  );

  test('sends the headers of a client, and no token', async () => {
    await status(server.url);
    expect(server.asked[1]?.headers).toMatchObject({
      accept: '*/*',
      'client-agent': 'Remotes',
      'client-version': expect.stringMatching(/^\d+\.\d+\.\d+/),
      connection: 'close',
    });
    expect(server.asked[1]?.headers).not.toHaveProperty('authorization');
    expect(server.asked[1]?.headers).not.toHaveProperty('accept-encoding');
  });

  test('shows keys in the order, and numbers with the digits, in which they were received', async () => {
    const body = `{"status":"OK", "2":1.0,"1":12345678901234567890,"server_url":"${server.url}/","discover":"/d/","e":{},"l":[ ]}`;
    server.on('GET /api/status', (_, response) => send(response, 200, 'application/json', body));
    const { stdout } = await status(server.url);
    expect(stdout).toBe(
      `{\n  "status": "OK",\n  "2": 1.0,\n  "1": 12345678901234567890,\n  "server_url": "${server.url}/",\n  "discover": "/d/",\n  "e": {},\n  "l": []\n}\n`,
    );
  });

  test('a refusal is shown, exits with 2 and changes nothing', async () => {
    server.on('GET /api/status', (_, response) => sendJson(response, 403, { detail: 'Not today.' }));
    const { code, stdout, stderr } = await status(server.url);
    expect(code).toBe(2);
    expect(stdout).toBe('{\n  "detail": "Not today."\n}\n');
    expect(stderr).toBe('remotes-client: the server refused: Not today. (HTTP 403)\n');
    await expect(readFile(settings)).rejects.toThrow('ENOENT');
  });

  test.each([
    ['an HTML page', 200, 'text/html', errorPage, /does not answer in JSON \(HTTP 200, text\/html/],
    ['an HTML error', 500, 'text/html', errorPage, /the server failed at .* \(HTTP 500\)/],
    ['a JSON list', 200, 'application/json', '[1]', /does not answer in JSON/],
    ['an empty body', 200, 'text/plain', '', /does not answer in JSON/],
    ['the JSON of something else', 200, 'application/json', '{"hello":1}', /without a server_url/],
    [
      'an address that is none',
      200,
      'application/json',
      '{"server_url":"ftp://x/","discover":"/d/"}',
      /without a server_url/,
    ],
  ])('%s is told in one sentence, and never shown', async (_, httpStatus, type, body, sentence) => {
    await writeFile(settings, '[server]\nserver_url = http://old/\n');
    server.on('GET /api/status', (_asked, response) => send(response, httpStatus, type, body));
    const { code, stdout, stderr } = await status(server.url);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout + stderr).not.toContain('hunter2');
    expect(await readFile(settings, 'utf8')).toBe('[server]\nserver_url = http://old/\n');
  });

  test.each(['192.168.1.50:8000', 'ftp://server/', 'server'])(
    'the address %s is a usage error',
    async (url) => {
      const { code, stderr } = await status(url);
      expect(code).toBe(2);
      expect(stderr).toContain('--url must be a web address that starts with http:// or https://');
    },
  );

  test('a value that would write lines of its own into the settings file is refused', async () => {
    const discover = '/d/\n[host]\ntoken = mine';
    server.on('GET /api/status', (_, response) =>
      sendJson(response, 200, { status: 'OK', server_url: server.url, discover }),
    );
    const { code, stderr } = await status(server.url);
    expect(code).toBe(1);
    expect(stderr).toContain("can't be kept in a settings file");
    await expect(readFile(settings)).rejects.toThrow('ENOENT');
  });
});
