import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { addHosts } from '../domain/silent-hosts.ts';
import { createFleet, createMachine } from '../domain/small-fleet.ts';
import { administer } from './program.ts';

const file = `hosts_groups:
  - name: All hosts
settings:
  - {name: password, value: hunter2hunter2, secret: true}
commands_groups:
  - name: Base
    hosts_group: All hosts
    commands:
      - name: Facts
        command: print(1)
      - name: Look
        interpreter: powershell
        command: Get-Process
`;
const done = `add     hosts group "All hosts"
add     setting "password": (secret)
add     commands group "Base": for hosts group "All hosts"
add     command "Base/Facts"
add     command "Base/Look"
`;

function write(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'fleet.yaml'), text);
  return join(folder, 'fleet.yaml');
}

/** With a server's keys in it, as after its first start. */
async function started(database: OpenDatabase): Promise<OpenDatabase> {
  await administer(database, 'registration_token');
  return database;
}

describe('remotes-server apply', () => {
  eachDatabase((open) => {
    test('lists what it does, does it, and has nothing to change the second time', async () => {
      const database = await started(await open());
      const path = write(file);
      const note = `${path} line 12: note: The command "Look" is written for powershell: hosts on the v1 wire are not offered it.\n`;
      expect(await administer(database, 'apply', path)).toEqual({
        status: 0,
        stdout: done,
        stderr: `${note}Applied.\n`,
      });
      expect(await administer(database, 'apply', path)).toEqual({
        status: 0,
        stdout: 'Nothing to change.\n',
        stderr: note,
      });
    });

    test('prints exactly the same with --dry-run, and changes nothing', async () => {
      const database = await started(await open());
      const path = write(file);
      const dry = await administer(database, 'apply', path, '--dry-run');
      expect(dry).toMatchObject({ status: 0, stdout: done });
      expect(dry.stderr).toMatch(/\nDry run: nothing was changed\.\n$/);
      expect(await database.storage.tables.commands.list()).toEqual([]);
      expect((await administer(database, 'apply', path)).stdout).toBe(done);
    });

    test('wants --yes with the very number where commands run on many hosts', async () => {
      const database = await started(await open());
      await addHosts(database, ...Array.from({ length: 11 }, (_, index) => ({ name: `web${index}` })));
      const path = write(file);
      const refused = await administer(database, 'apply', path);
      expect(refused.status).toBe(1);
      expect(refused.stdout).toMatch(/\nCommands will run on 11 hosts\.\n$/);
      expect(refused.stderr).toMatch(/--yes 11\b.*\n?.*Nothing was changed/);
      const dry = await administer(database, 'apply', path, '--dry-run');
      expect(dry).toMatchObject({ status: 0, stdout: refused.stdout });
      expect(dry.stderr).toMatch(/--yes 11\b/);
      expect((await administer(database, 'apply', path, '--yes', '12')).status).toBe(1);
      const applied = await administer(database, 'apply', path, '--yes', '11');
      expect(applied).toMatchObject({ status: 0, stdout: refused.stdout });
    });

    test('names the line of everything that is wrong, and does none of it', async () => {
      const database = await started(await open());
      const path = write(`settings:
  - {name: greeting, value: Hello, valeu: x}
  - {name: greeting, value: Hi}
commands_groups:
  - name: Base
    hosts_group: Web
    commands:
      - name: Facts
        timeout: 0
        settings: [greting]
        command: print(1)
`);
      expect(await administer(database, 'apply', path)).toEqual({
        status: 1,
        stdout: '',
        stderr: `${path} line 2: A setting has no "valeu"; did you mean "value"?
${path} line 3: The setting "greeting" is there twice (see line 2).
${path} line 6: There is no hosts group "Web": add it under "hosts_groups".
${path} line 9: "timeout" must be a whole number from 1 to 604800, not "0".
${path} line 10: There is no setting "greting"; did you mean "greeting"?
Nothing was changed.
`,
      });
      expect(await database.storage.tables.settings.list()).toEqual([]);
    });

    test('lists what --prune removes', async () => {
      const database = await started(await open());
      await administer(database, 'apply', write(file));
      const path = write('settings: []\ncommands_groups: []\n');
      const removed = `remove  setting "password"
remove  commands group "Base"
remove  command "Base/Facts"
remove  command "Base/Look"
`;
      expect((await administer(database, 'apply', path)).stdout).toBe('Nothing to change.\n');
      const dry = await administer(database, 'apply', path, '--prune', '--dry-run');
      expect(dry.stdout).toBe(removed);
      expect((await administer(database, 'apply', path, '--prune')).stdout).toBe(removed);
      expect(await database.storage.tables.commands.list()).toEqual([]);
    });

    test('tells programs the same in one JSON object', async () => {
      const database = await started(await open());
      const path = write(file);
      const told = async (...args: string[]) => {
        const { stdout } = await administer(database, 'apply', path, '--json', ...args);
        return JSON.parse(stdout);
      };
      const planned = await told('--dry-run');
      expect(planned).toMatchObject({
        status: 'planned',
        will_run_on_hosts: 0,
        notes: [{ line: 12, message: expect.stringContaining('powershell') }],
      });
      expect(planned.changes).toHaveLength(5);
      expect(planned.changes[1]).toEqual({
        action: 'add',
        kind: 'setting',
        name: 'password',
        details: ['(secret)'],
      });
      expect(await told()).toEqual({ ...planned, status: 'applied' });
      expect(await told()).toMatchObject({ status: 'unchanged', changes: [] });

      const wrong = await administer(database, 'apply', write('settings: [{name: x}]'), '--json');
      expect(wrong.status).toBe(1);
      expect(JSON.parse(wrong.stdout)).toEqual({
        status: 'wrong',
        problems: [{ line: 1, message: 'The setting "x" needs a value; write "" for an empty one.' }],
      });
      await addHosts(database, ...Array.from({ length: 11 }, (_, index) => ({ name: `web${index}` })));
      const more = `{"commands_groups": [{"name": "More", "hosts_group": "All hosts", "commands": [{"name": "c", "command": "x"}]}]}`;
      const unconfirmed = await administer(database, 'apply', write(more), '--json');
      expect(unconfirmed.status).toBe(1);
      expect(JSON.parse(unconfirmed.stdout)).toMatchObject({
        status: 'unconfirmed',
        will_run_on_hosts: 11,
        error: { code: 'needs_yes', hosts: 11 },
      });
    });

    test('applies what export wrote, and finds nothing to change in it', async () => {
      const database = await started(await open());
      await addHosts(database, { name: 'web1' });
      await administer(database, 'apply', write(file));
      const { status, stdout, stderr } = await administer(database, 'export');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch('- name: password\n    secret: true\n');
      expect(stdout).not.toContain('hunter2');
      expect((await administer(database, 'apply', write(stdout), '--prune')).stdout).toBe(
        'Nothing to change.\n',
      );
      const json = await administer(database, 'export', '--json');
      expect((await administer(database, 'apply', write(json.stdout), '--prune')).stdout).toBe(
        'Nothing to change.\n',
      );
    });

    test('applies the sample: a host is handed two commands, and the second knows what the first saved', async () => {
      const database = await started(await open());
      const fleet = await createFleet(database);
      const sample = fileURLToPath(new URL('../../../../quickstart/sample.yaml', import.meta.url));
      expect((await administer(database, 'apply', sample)).status).toBe(0);
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      const offered = await machine.list();
      expect(offered).toHaveLength(2);
      const [first = 0, second = 0] = offered;
      await machine.get(first);
      await machine.post(first, 'Python', '["web1", "6.1"]');
      const answer = await machine.get(second);
      if ('refused' in answer) throw new Error(answer.sentence);
      expect(machine.read(answer)).toMatchObject({
        name: 'Say hello',
        settings: { greeting: 'Hello' },
        variables: { hostname: 'web1' },
      });
    });
  });

  test('reads standard input', () => {
    const folder = mkdtempSync(join(tmpdir(), 'remotes-data-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const program = fileURLToPath(new URL('../../bin/remotes-server.js', import.meta.url));
    const run = (args: string[], input = '') =>
      spawnSync(process.execPath, [program, ...args, '--data', folder], { input, encoding: 'utf8' });
    run(['registration_token']);
    expect(run(['apply', '-'], 'settings: [{name: a, value: b}]').stdout).toBe('add     setting "a": "b"\n');
    expect(run(['apply', '-'], 'settings: [{name: a}]').stderr).toMatch(/^standard input line 1: /);
  });

  test.each([
    ['no file', [], 2, /takes FILE/],
    [
      'a file that is not there',
      ['/nowhere/fleet.yaml'],
      1,
      /^\/nowhere\/fleet\.yaml cannot be read: ENOENT/,
    ],
    ['a number that is none', ['fleet.yaml', '--yes', 'all'], 2, /--yes must be a whole number/],
  ])('says in a sentence what is wrong with %s', async (_, args, status, sentence) => {
    const place = { dataFolder: '/nowhere', databaseUrl: undefined };
    const ended = await administer(place, 'apply', ...args);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(sentence);
  });

  test('makes no server where there is none', async () => {
    const place = { dataFolder: join(tmpdir(), 'remotes-nowhere'), databaseUrl: undefined };
    const ended = await administer(place, 'apply', write(file));
    expect(ended).toMatchObject({ status: 1, stdout: '' });
    expect(ended.stderr).toMatch(/^There is no server data in /);
  });
});
