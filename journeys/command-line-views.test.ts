import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type EmptyDatabase } from '../packages/server/test/databases.ts';
import { enrolHost } from './enrolled-host.ts';
import { type OperatorProcess, password, signInAsFirstAdmin } from './operator-process.ts';
import { makeQuickKeys } from './quick-keys.ts';
import { type RunningServer, startServer } from './server-process.ts';
import { totpCode } from './totp-code.ts';
import { openWire } from './wire.ts';

let database: EmptyDatabase;
let server: RunningServer;
let ada: OperatorProcess;

beforeAll(async () => {
  database = await createDatabase('sqlite');
  server = await startServer(database);
  ada = await signInAsFirstAdmin(server, database.dataFolder);
  const token = (await ada.run(['tokens', 'create', '--uses', '3'])).stdout.trim();
  const wire = openWire(server.url);
  const names = ['web1', 'web2', 'db1'];
  for (const [index, key] of makeQuickKeys(names.length).entries()) {
    await enrolHost(wire, token, key);
    await ada.run(['hosts', 'rename', `00000${index + 1}`, names[index] ?? '']);
  }
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await database?.remove();
});

test('hosts watch tells what happens to hosts, a line each, until it is ended', async () => {
  const watching = ada.start(['hosts', 'watch']);
  const one = ada.start(['hosts', 'watch', '-H', 'db1', '--json']);
  // Told of what happens from the moment that it is connected: again until it is.
  for (let tries = 1; !/verified → disabled/.test(watching.stdout()) || one.stdout() === ''; tries += 1) {
    expect(tries).toBeLessThan(30);
    await ada.run(['hosts', tries % 2 === 0 ? 'enable' : 'disable', 'db1']);
  }
  expect(await ada.run(['hosts', 'rename', 'web2', 'shop'])).toMatchObject({ code: 0 });
  await watching.prints(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}2 +shop +renamed$/m);
  expect(await ada.run(['hosts', 'rename', 'shop', 'web2'])).toMatchObject({ code: 0 });
  await watching.prints(/ {2}2 +web2 +renamed$/m);
  expect(watching.stdout()).toMatch(/ {2}3 +db1 +verified → disabled$/m);
  expect(await watching.end('SIGINT')).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await one.end('SIGTERM');
  const hosts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).name);
  expect(new Set(hosts)).toEqual(new Set(['db1']));
  await ada.run(['hosts', 'enable', 'db1']);
});

describe('commands edit', () => {
  const edit = (editor: string) =>
    ada.start(['commands', 'edit', 'Kernel'], { env: { EDITOR: editor, TMPDIR: ada.folder } });
  const program = async () =>
    JSON.parse((await ada.run(['commands', 'show', 'Kernel', '--json'])).stdout).program;

  beforeAll(async () => {
    writeFileSync(join(ada.folder, 'kernel.sh'), 'uname -r\n');
    await ada.run(['commands-groups', 'create', 'Basics', 'All hosts', '--active', 'no']);
    const made = await ada.run(['commands', 'create', 'Basics', 'Kernel', '--file', 'kernel.sh']);
    expect(made).toMatchObject({ code: 0 });
  });

  test('opens the program in the editor, with its arguments, and stores what became of it', async () => {
    const { code, stdout } = await edit('sed -i s/-r/-v/').ended;
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('changed: command "Basics/Kernel"'),
    });
    expect(await program()).toBe('uname -v\n');
    expect((await ada.run(['commands', 'diff', 'Kernel'])).stdout).toContain('-uname -r\n+uname -v');
  });

  test('changes nothing where nothing was changed, or the editor failed', async () => {
    expect(await edit('true').ended).toMatchObject({ code: 0, stderr: 'Nothing was changed.\n' });
    expect(await edit('false').ended).toMatchObject({
      code: 1,
      stderr: 'The editor (false) failed: nothing was changed.\n',
    });
    expect(await program()).toBe('uname -v\n');
  });

  test('overwrites nobody: what was written meanwhile stays, and so does a copy of what was not stored', async () => {
    const go = join(ada.folder, 'go');
    const slow = [
      '#!/bin/sh',
      'touch go.begun',
      'until [ -e go ]; do sleep 0.05; done',
      'sed -i s/-v/-m/ "$1"',
    ];
    writeFileSync(join(ada.folder, 'slow'), slow.join('\n'), { mode: 0o700 });
    const editing = edit('./slow');
    await expect.poll(() => existsSync(`${go}.begun`), { timeout: 20_000 }).toBe(true);
    writeFileSync(join(ada.folder, 'kernel.sh'), 'uname -r -s\n');
    await ada.run(['commands', 'change', 'Kernel', '--file', 'kernel.sh']);
    writeFileSync(go, '');
    const { code, stderr } = await editing.ended;
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('Look at it again') });
    expect(await program()).toBe('uname -r -s\n');
    const [, kept = ''] = /What you wrote is in (\S+)\.\n/.exec(stderr) ?? [];
    expect(readFileSync(kept, 'utf8')).toBe('uname -m\n');
    expect(dirname(kept)).toContain('remotes-edit-');
  });
});

test('variables matrix shows hosts against variables, and with --diff who differs from most', async () => {
  for (const [host, variable, value] of [
    ['web1', 'os/kernel', '6.12'],
    ['web2', 'os/kernel', '6.12'],
    ['db1', 'os/kernel', '6.1'],
    ['web1', 'net/zone', 'a b'],
  ] as const) {
    if (host === 'web1') await ada.run(['variables', 'create', variable]);
    expect(await ada.run(['variables', 'set', host, variable, value])).toMatchObject({ code: 0 });
  }
  expect(await ada.run(['variables', 'matrix'])).toMatchObject({
    code: 0,
    stdout: [
      'HOST  net/zone  os/kernel',
      'db1             6.1',
      'web1  a b       6.12',
      'web2            6.12',
      '',
    ].join('\n'),
  });
  expect(await ada.run(['variables', 'matrix', '-q', 'os/', '--diff', '-o', 'csv'])).toMatchObject({
    stdout: 'host,os/kernel\r\ndb1,*6.1\r\n',
  });
  const { stdout } = await ada.run(['variables', 'matrix', '--json', '-q', 'zone']);
  expect(JSON.parse(stdout)[1]).toMatchObject({ host: { name: 'web1' }, values: [{ value: 'a b' }] });
});

test('account totp begins with a code of the app, and from then on a password alone lets nobody in', async () => {
  const begun = ada.start(['account', 'totp', '--password-stdin'], { isInputOpen: true });
  const [, secret = ''] = await begun.prints(/Give your app this secret: ([A-Z2-7]{32})\n/);
  begun.child.stdin?.end(`${totpCode(secret)}\n`);
  const { code, stdout, stderr } = await begun.ended;
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('not shown again') });
  const codes = stdout.split('\n').slice(2, -1);
  expect(codes).toHaveLength(10);

  const login = (more: string) =>
    ada.run(['login', server.url, '--name', 'ada', '--as', 'second', '--password-stdin'], {
      input: `${password}\n${more}`,
    });
  expect(await login('')).toMatchObject({ code: 2, stderr: expect.stringContaining('second factor') });
  expect(await login('000000\n')).toMatchObject({ code: 3 });
  expect(await login(`${codes[0]}\n`)).toMatchObject({ code: 0 });
  expect(await login(`${codes[0]}\n`)).toMatchObject({ code: 3 });
});
