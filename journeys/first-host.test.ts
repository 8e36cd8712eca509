import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { newMasterKeyText } from '@remotes/protocol/crypto/seal';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../packages/server/test/databases.ts';
import { runClient, startClient } from './client-process.ts';
import { startFront } from './front.ts';
import { administer, apply, type Database, makeToken, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';

/** The commands of the client's documentation, in its order, with its placeholders. */
const documented = {
  status: 'python client.py --action=status --url <SERVER URL> --settings <SETTINGS FILE>',
  discover: 'python client.py --action=discover --settings <SETTINGS FILE>',
  generate_keys:
    'python client.py --action=generate_keys --settings <SETTINGS FILE> --private_key <PRIVATE KEY FILE PATH> --public_key <PUBLIC KEY FILE PATH>',
  host_register:
    'python client.py --action=host_register --settings <SETTINGS FILE> --token <HOST REGISTRATION TOKEN>',
  host_verify:
    'python client.py --action=host_verify --settings <SETTINGS FILE> --token <HOST REGISTRATION TOKEN>',
  new_host:
    'python client.py --action new_host --url <SERVER URL> --settings <SETTINGS FILE> --token <HOST REGISTRATION TOKEN> --private_key <PRIVATE KEY FILE PATH> --public_key <PUBLIC KEY FILE PATH>',
};

const fleet = `
settings: [{name: greeting, value: hello}]
variables: [{category: facts, name: answer}]
commands_groups:
  - name: first
    hosts_group: All hosts
    order: 1
    commands:
      - name: python says
        order: 1
        settings: [greeting]
        output_variables: [answer]
        command: |
          print(__SETTINGS__['greeting'], 'from Python')
          __RESULT__ = [42]
      - name: bash says
        order: 2
        interpreter: bash
        variables: [answer]
        command: echo "the answer is $REMOTES_VARIABLE_ANSWER"
`;

const later = `
commands_groups:
  - name: later
    hosts_group: All hosts
    order: 2
    commands: [{name: comes later, order: 1, command: "print('at last')"}]
`;

describe('a first host', () => {
  test('is registered by the documented commands in their order, with remotes-client for "python client.py"', async () => {
    const { database, server } = await begin('sqlite');
    const say = await speaker(database, server.url);
    const status = await say('status');
    expect(Object.keys(status.json)).toEqual(['status', 'app_name', 'version', 'server_url', 'discover']);
    expect(status.json).toMatchObject({
      status: 'OK',
      app_name: 'Django Remotes',
      discover: '/api/v1/discover/',
    });
    expect((await say('discover')).json).toEqual({
      status: 'OK',
      endpoints: expect.objectContaining({
        command_get: '/api/v1/commands/get/',
        command_post: '/api/v1/commands/post/',
        commands_list: '/api/v1/commands/list/',
        host_register: '/api/v1/host/register/',
        host_status: '/api/v1/host/status/',
        host_verify: '/api/v1/host/verify/',
      }),
    });
    expect((await say('generate_keys')).stdout).toBe('');
    expect((await say('host_register')).json).toMatchObject({ status: 'OK', encrypted: expect.any(String) });
    expect(await hostStates(database)).toEqual(['registered']);
    expect((await say('host_verify')).json).toMatchObject({ status: 'OK', encrypted: expect.any(String) });
    expect(await hostStates(database)).toEqual(['verified']);

    await apply(database, fleet);
    const processed = await runClient(['--action', 'commands_process', '--settings', say.settings]);
    expect(processed.code).toBe(0);
    expect(await runsOf(database)).toEqual([
      ['python says', 'succeeded', 'hello from Python\n'],
      ['bash says', 'succeeded', 'the answer is 42\n'],
    ]);
    expect(await administer(database, 'export', '--saved-values')).toMatch(/answer.{0,80}42/s);
    // Nothing is left of what ran but settings, keys and journal.
    expect(readdirSync(say.folder).sort()).toEqual([
      'host.ini',
      'host.ini.journal',
      'key.pem',
      'key.pem.channel',
      'key.pub',
    ]);
  });

  test('is registered by one command, and its monitor executes what is defined later', async () => {
    const { database, server } = await begin('sqlite');
    const say = await speaker(database, server.url);
    expect((await say('new_host')).json).toMatchObject({ status: 'OK' });
    const monitor = startClient([
      '--action=commands_monitor',
      '--interval',
      '0.2',
      '--settings',
      say.settings,
    ]);
    await monitor.says(/watching/);
    await apply(database, later);
    await monitor.says(/succeeded/);
    expect(await runsOf(database)).toEqual([['comes later', 'succeeded', 'at last\n']]);
    expect(await monitor.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
  });

  test('is served by whichever server of a PostgreSQL it reaches, and by the second when the first one died', async () => {
    // All that several servers share beside the database.
    const secretKey = newMasterKeyText();
    const { database, server: first } = await begin('postgres', { secretKey });
    const second = await startServer({ ...database, dataFolder: makeFolder() });
    onTestFinished(async () => {
      await second.kill();
    });
    let asked = 0;
    let isFirstAlive = true;
    const front = await startFront(() => (isFirstAlive && asked++ % 2 === 0 ? first : second).url);
    onTestFinished(front.close);
    const say = await speaker(database, front.url);
    expect((await say('new_host')).json).toMatchObject({ status: 'OK' });
    const monitor = startClient([
      '--action=commands_monitor',
      '--interval',
      '0.2',
      '--settings',
      say.settings,
    ]);
    await monitor.says(/watching/);
    await apply(database, fleet);
    await monitor.says(/(succeeded.*){2}/s);
    isFirstAlive = false;
    await first.kill();
    await apply(database, later);
    await monitor.says(/(succeeded.*){3}/s);
    expect((await runsOf(database)).map(([name, state]) => [name, state])).toEqual([
      ['python says', 'succeeded'],
      ['bash says', 'succeeded'],
      ['comes later', 'succeeded'],
    ]);
    expect(await monitor.end('SIGTERM')).toMatchObject({ code: 0 });
  });
});

async function begin(kind: 'sqlite' | 'postgres', more: { secretKey?: string } = {}) {
  const database = { ...(await createDatabase(kind)), ...more };
  onTestFinished(database.remove);
  const server = await startServer(database);
  onTestFinished(async () => {
    await server.kill();
  });
  return { database, server };
}

/** Runs the documented commands, each with our client in the place of the other. */
async function speaker(database: Database, url: string) {
  const token = await makeToken(database);
  const folder = makeFolder();
  const settings = join(folder, 'host.ini');
  const meant: Record<string, string> = {
    '<SERVER URL>': `${url}/`,
    '<SETTINGS FILE>': settings,
    '<HOST REGISTRATION TOKEN>': token,
    '<PRIVATE KEY FILE PATH>': join(folder, 'key.pem'),
    '<PUBLIC KEY FILE PATH>': join(folder, 'key.pub'),
  };
  const say = async (action: keyof typeof documented) => {
    const line = documented[action]
      .replace('python client.py ', '')
      .replace(/<[A-Z ]+>/g, (name) => meant[name] ?? '');
    const { code, stdout, stderr } = await runClient(line.split(' '));
    expect(code, stderr).toBe(0);
    return { stdout, json: stdout === '' ? undefined : JSON.parse(stdout) };
  };
  return Object.assign(say, { settings, folder });
}

async function hostStates(database: Database): Promise<string[]> {
  const hosts = JSON.parse(await administer(database, 'hosts', '--json'));
  return hosts.map(({ state }: { state: string }) => state);
}

/** Name, state and what it printed of each run, as an administrator reads them. */
async function runsOf(database: Database): Promise<[name: string, state: string, stdout: string][]> {
  const runs = JSON.parse(await administer(database, 'runs', '--json'));
  return Promise.all(
    runs.map(
      async ({ number, command, state }: { number: number; command: { name: string }; state: string }) => [
        command.name,
        state,
        await administer(database, 'output', String(number), '--stdout'),
      ],
    ),
  );
}
