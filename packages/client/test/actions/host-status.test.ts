import { chmod, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, send, sendJson, startFakeServer } from '../fake-v1-server.ts';
import { makeHost, runClient } from '../run-client.ts';
import { vectors } from '../vectors.ts';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

const ask = (action: string, settings: string) => runClient([`--action=${action}`, '-S', settings]);

describe.each([
  ['host_status', 'GET /api/v1/host/status', vectors.exchanges.host_status],
  ['commands_list', 'GET /api/v1/commands/list', vectors.exchanges.commands_list],
])('%s', (action, request, recorded) => {
  test('asks with the host token and shows the answer', async () => {
    const host = await makeHost(server.url, 'verified');
    const { code, stdout, stderr } = await ask(action, host.settings);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${JSON.stringify(recorded.response.body_json, null, 2)}\n`);
    expect(server.asked[0]?.headers.authorization).toBe(`Token ${vectors.exchanges.verify.expect.token}`);
  });

  test.each([401, 403])(
    'a refusal with %i exits non-zero, unlike v1, and says what to do',
    async (status) => {
      const { code, stdout, stderr } = await (async () => {
        server.on(request, (_, answer) => sendJson(answer, status, { detail: 'Invalid token.' }));
        return ask(action, (await makeHost(server.url, 'verified')).settings);
      })();
      expect(code).toBe(2);
      expect(stdout).toBe('{\n  "detail": "Invalid token."\n}\n');
      expect(stderr).toContain(`the server refused: Invalid token. (HTTP ${status})`);
      expect(stderr.includes('run --action=host_verify')).toBe(status === 401);
    },
  );

  test('before verifying nothing is sent', async () => {
    const { code, stderr } = await ask(action, (await makeHost(server.url, 'registered')).settings);
    expect(code).toBe(1);
    expect(stderr).toContain('run --action=host_verify first');
    expect(server.asked).toEqual([]);
  });

  test('a refusal that holds line breaks and escapes stays on one line of the screen', async () => {
    server.on(request, (_, answer) =>
      send(answer, 403, 'application/json', '{"detail":"a\\nb\\u001b[2Jc\u009b2J"}'),
    );
    const { stdout, stderr } = await ask(action, (await makeHost(server.url, 'verified')).settings);
    expect(stderr).toBe('remotes-client: the server refused: a b [2Jc 2J (HTTP 403)\n');
    expect(stdout).not.toMatch(/[\u0080-\u009f]/);
  });
});

test('a channel key that others can read is told', async () => {
  const host = await makeHost(server.url, 'verified');
  const channelKey = `${host.privateKey}.channel`;
  await writeFile(channelKey, '');
  await chmod(channelKey, 0o644);
  const { stderr } = await ask('host_status', host.settings);
  expect(stderr).toBe(
    `remotes-client: other users can read the private key ${channelKey}: run chmod 600 on it\n`,
  );
});

test('a private key that others can read is told', async () => {
  const host = await makeHost(server.url, 'verified');
  await chmod(host.privateKey, 0o644);
  const { code, stderr } = await ask('host_status', host.settings);
  expect(code).toBe(0);
  expect(stderr).toBe(
    `remotes-client: other users can read the private key ${host.privateKey}: run chmod 600 on it\n`,
  );
});
