import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refusals } from '@remotes/protocol/errors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../packages/server/test/databases.ts';
import { connectTo } from '../packages/server/test/storage/raw-connection.ts';
import { runClient } from './client-process.ts';
import { enrolHost, writeSettings } from './enrolled-host.ts';
import { startFront } from './front.ts';
import { findPython, testOfSkip } from './outside-program.ts';
import { type Program, startProgram } from './program.ts';
import { administer, apply, makeToken, type RunningServer, startServer } from './server-process.ts';
import { startLink } from './severed-link.ts';
import { makeFolder } from './temporary-folder.ts';
import { openWire } from './wire.ts';

const python = findPython('cryptography', 'requests');
if (python === undefined) {
  testOfSkip('the Python client', 'a python3 with the packages cryptography and requests');
}
const remotesV1 = fileURLToPath(new URL('./python/remotes_v1.py', import.meta.url));

function startPython(...args: readonly string[]): Program {
  return startProgram(python ?? '', [remotesV1, ...args], { env: { PYTHONDONTWRITEBYTECODE: '1' } });
}

async function runPython(...args: readonly string[]) {
  const { code, stdout, stderr } = await startPython(...args).ended;
  return { code, stderr, json: stdout === '' ? undefined : JSON.parse(stdout) };
}

const fleet = `
settings:
  - {name: greeting, value: "Grüße, 'world'"}
  - {name: empty, value: ""}
variables:
  - {category: facts, name: kernel}
  - {category: facts, name: count}
  - {category: facts, name: unset}
commands_groups:
  - name: first steps
    hosts_group: All hosts
    order: 1
    commands:
      - name: reads and saves
        order: 1
        settings: [greeting, empty]
        variables: [kernel, unset]
        output_variables: [kernel, count]
        command: |
          print('  ' + __SETTINGS__['greeting'] + __SETTINGS__['empty'], __VARIABLES__['kernel'], __VARIABLES__['unset'])
          __RESULT__ = ['6.1 – ü', 12345678901234567890123, 'no third variable']
      - name: asks the shell
        order: 2
        interpreter: bash
        settings: [greeting]
        variables: [kernel]
        command: |
          echo "$REMOTES_SETTING_GREETING on $REMOTES_VARIABLE_KERNEL" | tee /dev/stderr
          echo '["from bash"]' > "$REMOTES_RESULT"
      - name: fails
        order: 3
        command: |
          print('so far')
          raise ValueError('no further')
`;

describe.skipIf(python === undefined)('a v1 client in Python', () => {
  eachDatabase((open, kind) => {
    test('registers, verifies, lists, gets, decrypts, runs and posts, until nothing is left to do', async () => {
      const database = await open();
      const server = await started(database);
      const token = await makeToken(database);
      const folder = makeFolder();
      const settings = ['--settings', join(folder, 'host.ini')];
      const keys = ['--private_key', join(folder, 'key'), '--public_key', join(folder, 'key.pub')];

      const status = await runPython('--action', 'status', '--url', server.url, ...settings);
      expect(status.json).toMatchObject({
        status: 'OK',
        app_name: 'Django Remotes',
        server_url: `${server.url}/`,
      });
      await runPython('--action', 'discover', ...settings);
      await runPython('--action', 'generate_keys', ...settings, ...keys);
      expect((await runPython('--action', 'host_register', ...settings, '--token', token)).code).toBe(0);
      const before = await database.storage.tables.hosts.list();
      expect(before.map(({ state }) => state)).toEqual(['registered']);
      expect((await runPython('--action', 'host_verify', ...settings, '--token', token)).code).toBe(0);
      expect((await runPython('--action', 'host_status', ...settings)).json).toMatchObject({
        user_name: '000001',
        hosts_groups: [{ name: 'All hosts' }],
      });

      await apply(database, fleet);
      const listed = (await runPython('--action', 'commands_list', ...settings)).json;
      expect(listed.results).toHaveLength(3);
      const [first, second, third] = listed.results.map(({ command }: { command: number }) =>
        String(command),
      );
      const ran = [];
      for (const number of [first, second, third]) {
        ran.push((await runPython('--action', 'command_get', ...settings, '--command', number)).json);
      }
      expect(ran.map(({ stdout }) => stdout)).toEqual([
        "  Grüße, 'world' None None\n",
        "Grüße, 'world' on 6.1 – ü\n",
        'so far\n',
      ]);
      expect(ran.map(({ output }) => output.status)).toEqual(['OK', 'OK', 'OK']);
      expect((await runPython('--action', 'commands_list', ...settings)).json.results).toEqual([]);
      const again = await runPython('--action', 'command_get', ...settings, '--command', first);
      expect(again).toMatchObject({ code: 1, json: { detail: 'Not found.' } });

      const runs = (await database.storage.tables.runs.list({ limit: 10 })).reverse();
      expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'failed']);
      expect(await outputOf(database, runs[0]?.number)).toBe("  Grüße, 'world' None None\n");
      expect(JSON.parse(runs[1]?.result ?? '')).toEqual(['from bash']);
      expect(runs[2]?.result).toMatch(/^Traceback.*ValueError: no further\n$/s);
      const variables = await database.storage.tables.variables.list();
      const values = await database.storage.tables.variables.values();
      const saved = values.map(({ variableId, value }) => [
        variables.find(({ id }) => id === variableId)?.name,
        value,
      ]);
      expect(Object.fromEntries(saved)).toEqual({ kernel: '6.1 – ü', count: '12345678901234567890123' });
    }, 60_000);

    test('its monitor lives through 401, 403, 429, 500 and 503', async () => {
      const database = await open();
      const link = database.databaseUrl === undefined ? undefined : await startLink(database.databaseUrl);
      if (link) onTestFinished(link.close);
      const mostConnections = 8;
      const server = await started({ ...database, databaseUrl: link?.url }, [
        '--max-connections',
        String(mostConnections),
      ]);
      // Nothing limits a list, but what stands before a server may: it speaks in the server's words.
      let isTooMuch = false;
      const front = await startFront(() => server.url, {
        instead: () =>
          isTooMuch
            ? {
                status: 429,
                body: JSON.stringify({ detail: refusals.too_many_requests.sentence, results: [] }),
              }
            : undefined,
      });
      onTestFinished(front.close);
      const wire = openWire(server.url);
      const token = await makeToken(database);
      const host = await enrolHost(wire, token);
      const settings = writeSettings(host, front.url, makeFolder());
      const monitor = startPython(
        '--action',
        'commands_monitor',
        '--settings',
        settings,
        '--interval',
        '0.1',
      );
      await monitor.prints(/pass 200/);

      await administer(database, 'hosts', 'disable', '000001');
      await monitor.prints(/pass 403 0/);
      await administer(database, 'hosts', 'enable', '000001');
      await monitor.prints(/pass 403.*pass 200/s);

      isTooMuch = true;
      await monitor.prints(/pass 429 0/);
      isTooMuch = false;
      await monitor.prints(/pass 429.*pass 200/s);

      const beside = await connectTo(database);
      const say = (text: string) => beside.run({ name: undefined, text }, []);
      await say('alter table pending rename to elsewhere');
      await monitor.prints(/pass 500 0/);
      await say('alter table elsewhere rename to pending');
      await monitor.prints(/pass 500.*pass 200/s);

      if (link) {
        await link.sever();
        await monitor.prints(/pass 503 0/);
        await link.mend();
      } else {
        const idle = await Promise.all(Array.from({ length: mostConnections }, () => connectIdly(server)));
        await monitor.prints(/pass 503 0/);
        for (const socket of idle) socket.destroy();
      }
      await monitor.prints(/pass 503.*pass 200/s);

      await apply(database, fleet);
      await monitor.prints(/pass 200 3.*pass 200 0/s);
      expect((await database.storage.tables.runs.list({ limit: 10 })).map(({ state }) => state)).toEqual([
        'failed',
        'succeeded',
        'succeeded',
      ]);

      // Whoever verifies again gets another token, and with its first use the former one ends.
      const anew = await enrolHost(wire, token, host.privateKey);
      await wire.ask({ path: '/api/v1/commands/list/', token: anew.token });
      await monitor.prints(/pass 401 0\n.*pass 401 0\n/s);
      wire.close();
      expect(await monitor.end('SIGTERM'), kind).toMatchObject({ signal: 'SIGTERM', stderr: '' });
    }, 60_000);
  });

  test('a disabled host that verifies again stays disabled, and the refusal is JSON', async () => {
    const database = await opened();
    const server = await started(database);
    const wire = openWire(server.url);
    const token = await makeToken(database);
    const settings = writeSettings(await enrolHost(wire, token), server.url, makeFolder());
    await runPython('--action', 'discover', '--settings', settings);
    await administer(database, 'hosts', 'disable', '000001');
    const verified = await runPython('--action', 'host_verify', '--settings', settings, '--token', token);
    // It dies of the answer, as existing clients do; what matters is that nothing was given away.
    expect(verified).toMatchObject({ code: 1, stderr: expect.stringContaining("KeyError: 'encrypted'") });
    const listed = await runPython('--action', 'commands_list', '--settings', settings);
    expect(listed.json).toMatchObject({ detail: expect.any(String), results: [] });
    expect((await database.storage.tables.hosts.list()).map(({ state }) => state)).toEqual(['disabled']);
  });

  test('is refused in a way that it survives when it registers with wrong tokens, once or too often', async () => {
    const database = await opened();
    const server = await started(database, ['--failed-registrations-per-address', '2']);
    const settings = join(makeFolder(), 'host.ini');
    const folder = makeFolder();
    const keys = ['--private_key', join(folder, 'key'), '--public_key', join(folder, 'key.pub')];
    const words = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const args = ['--url', server.url, '--settings', settings, '--token', 'wrong', ...keys];
      const { code, json } = await runPython('--action', 'new_host', ...args);
      expect(code).toBe(2);
      words.push(json.detail);
    }
    expect(words).toEqual(['Invalid token.', 'Invalid token.', refusals.too_many_requests.sentence]);
  }, 60_000);

  test('hands its settings file to our client and takes it back, without registering again', async () => {
    const database = await opened();
    const server = await started(database);
    const folder = makeFolder();
    const settings = join(folder, 'host.ini');
    const keys = ['--private_key', join(folder, 'key'), '--public_key', join(folder, 'key.pub')];
    const token = await makeToken(database, '--uses', '1');
    const args = ['--url', server.url, '--settings', settings, '--token', token, ...keys];
    expect((await runPython('--action', 'new_host', ...args)).code).toBe(0);
    const ours = await runClient(['--action=host_status', '--settings', settings]);
    expect(JSON.parse(ours.stdout)).toMatchObject({ user_name: '000001' });
    for (const more of [['status', '--url', server.url], ['discover'], ['host_verify', '--token', token]]) {
      expect(await runClient(['--action', ...more, '--settings', settings])).toMatchObject({ code: 0 });
    }
    const theirs = () => runPython('--action', 'host_status', '--settings', settings);
    // Our client has proved the host's key, with a token that names the server's: nobody goes back by himself.
    expect((await theirs()).json).toEqual({ detail: refusals.v1_closed.sentence });
    await administer(database, 'hosts', 'allow-v1', '000001');
    await expect.poll(async () => (await theirs()).json).toMatchObject({ user_name: '000001' });
  }, 60_000);
});

async function opened(): Promise<OpenDatabase> {
  const { openDatabase } = await import('../packages/server/test/databases.ts');
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  return database;
}

async function started(
  database: Parameters<typeof startServer>[0],
  args: readonly string[] = [],
): Promise<RunningServer> {
  const server = await startServer(database, { args });
  onTestFinished(async () => {
    await server.kill();
  });
  return server;
}

function connectIdly(server: RunningServer) {
  return new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

async function outputOf({ storage }: OpenDatabase, runNumber = 0): Promise<string> {
  const chunks = await storage.tables.outputs.chunks(runNumber);
  return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString();
}
