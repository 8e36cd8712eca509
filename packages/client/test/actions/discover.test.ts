import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { makeFolder, runClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
let settings: string;
beforeEach(async () => {
  server = await startFakeServer();
  settings = join(await makeFolder(), 'settings.ini');
});
afterEach(() => server.close());

const discover = () => runClient(['--action', 'discover', '-S', settings]);

describe('discover', () => {
  test('keeps every endpoint that the server names, and everything else in the file', async () => {
    await writeFile(
      settings,
      `# mine\n[server]\nserver_url = ${server.url}/\n[endpoints]\ndiscover = /api/v1/discover/\nold = /kept/\n[mine]\nKey: kept\n`,
    );
    const { code, stdout } = await discover();
    expect(code).toBe(0);
    const { body_json: answer } = vectors.exchanges.discover.response;
    expect(stdout).toBe(`${JSON.stringify(answer, null, 2)}\n`);
    const lines = Object.entries(answer.endpoints).map(([name, path]) => `${name} = ${path}\n`);
    expect(await readFile(settings, 'utf8')).toBe(
      `# mine\n[server]\nserver_url = ${server.url}/\n[endpoints]\ndiscover = /api/v1/discover/\nold = /kept/\n${lines.join('')}[mine]\nKey: kept\n`,
    );
  });

  test('before status it says which step comes first', async () => {
    const { code, stderr } = await discover();
    expect(code).toBe(1);
    expect(stderr).toContain('names no server: run --action=status with --url first');
    expect(server.asked).toEqual([]);
  });

  test('a name that no settings file can hold is left out and told', async () => {
    await writeFile(
      settings,
      `[server]\nserver_url = ${server.url}\n[endpoints]\ndiscover = /api/v1/discover/\n`,
    );
    server.on('GET /api/v1/discover', (_, response) =>
      sendJson(response, 200, { status: 'OK', endpoints: { 'x]\n[host': '/a/', Fine_One: '/b/' } }),
    );
    const { code, stderr } = await discover();
    expect(code).toBe(0);
    expect(stderr).toContain('left out');
    const text = await readFile(settings, 'utf8');
    expect(text).toContain('fine_one = /b/\n');
    expect(text).not.toContain('[host');
  });

  test('an answer without endpoints is none', async () => {
    await writeFile(
      settings,
      `[server]\nserver_url = ${server.url}\n[endpoints]\ndiscover = /api/v1/discover/\n`,
    );
    server.on('GET /api/v1/discover', (_, response) => sendJson(response, 200, { status: 'OK' }));
    const { code, stderr } = await discover();
    expect(code).toBe(1);
    expect(stderr).toContain('without endpoints');
  });
});
