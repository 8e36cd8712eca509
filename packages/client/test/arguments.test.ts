import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { actionNames, readArguments } from '../src/arguments.ts';
import { type FakeServer, startFakeServer } from './fake-v1-server.ts';
import { makeFolder, makeHost, runClient } from './run-client.ts';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer();
});
afterEach(() => server.close());

describe('a usage error says what is missing on stderr and exits with 2', () => {
  const url = ['--url', 'http://127.0.0.1:1'];
  const keys = ['--private_key', 'a', '--public_key', 'b'];
  test.each([
    ['missing action argument', []],
    ['missing settings argument', ['--action=discover'], 'no settings'],
    ['missing URL argument', ['--action=status']],
    ['missing URL argument', ['--action=status', '--url', '']],
    ['missing URL argument', ['--action=new_host', '--token=t', ...keys]],
    ['missing token argument', ['--action=host_register']],
    ['missing token argument', ['--action=host_verify', '--token=']],
    ['missing token argument', ['--action=new_host', ...url, ...keys]],
    ['missing private_key argument', ['--action=generate_keys', '--public_key', 'b']],
    ['missing public_key argument', ['--action=generate_keys', '--private_key', 'a']],
    ['missing private_key argument', ['--action=new_host', ...url, '--token=t', '--public_key', 'b']],
    ['missing command argument', ['--action=command_get']],
    ['missing command argument', ['--action=command_get', '--command', '0']],
    ['missing command argument', ['--action=command_get', '--command', '']],
    ['missing monitoring interval', ['--action=commands_monitor']],
    ['missing monitoring interval', ['--action=commands_monitor', '--interval=0']],
    ['command must be a whole number', ['--action=command_get', '--command=x1']],
    ['interval must be a number of seconds', ['--action=commands_monitor', '--interval=-3']],
    ['there is no action "dance"', ['--action=dance']],
    ["Unknown option '--colour'", ['--action=discover', '--colour']],
    ["Unexpected argument 'more'", ['--action=discover', 'more']],
  ])('%s: %j', async (sentence, args, lacksSettings = '') => {
    const settings = lacksSettings ? [] : ['--settings', join(await makeFolder(), 's.ini')];
    const { code, stdout, stderr } = await runClient([...args, ...settings]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(/^usage: remotes-client --action=/);
  });
});

describe('two files that would overwrite each other are a usage error, and nothing is made', () => {
  test.each([
    ['--settings and --private_key', ['s', './s', 'p']],
    ['--settings and --public_key', ['s', 'k', 'inner/../s']],
    ['--settings and --private_key', ['s', 'link/s', 'p']],
    ['--private_key and --public_key', ['s', 'k', 'link/k']],
  ])('%s: %j', async (flags, [settings = '', privateKey = '', publicKey = '']) => {
    const folder = await makeFolder();
    await symlink('.', join(folder, 'link'));
    const files = ['-S', settings, '--private_key', privateKey, '--public_key', publicKey];
    for (const action of [['generate_keys'], ['new_host', '--url', server.url, '--token', 't']]) {
      const { code, stdout, stderr } = await runClient(['--action', ...action, ...files], { cwd: folder });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`${flags} name the same file`);
    }
    expect(await readdir(folder)).toEqual(['link']);
    expect(server.asked).toEqual([]);
  });

  test('a key that lies where --settings points is left as it is', async () => {
    const { privateKey, publicKey } = await makeHost(server.url, 'keys');
    const before = await readFile(privateKey, 'utf8');
    const files = ['-S', privateKey, '--private_key', privateKey, '--public_key', publicKey];
    const args = ['--action=new_host', '--url', server.url, '--token=t', '--force', ...files];
    expect(await runClient(args)).toMatchObject({ code: 2 });
    expect(await readFile(privateKey, 'utf8')).toBe(before);
  });
});

test('a token or fingerprint that begins with a dash is none the less a value', () => {
  const [dashed, other] = [`-${'a'.repeat(42)}`, `-${'-'.repeat(42)}`];
  const read = (...more: string[]) => readArguments(['--action=trust', '-S', 's.ini', ...more]);
  expect(read('--fingerprint', dashed)).toMatchObject({ fingerprint: dashed });
  expect(read('--token', `${other}.${dashed}`, '--force')).toMatchObject({
    token: `${other}.${dashed}`,
    isForced: true,
  });
  expect(read('--token', '-')).toMatchObject({ token: '-' });
  expect(() => read('--token', '--force')).toThrow('ambiguous');
});

test('--action status and --action=status, -S and --settings mean the same', async () => {
  const settings = join(await makeFolder(), 's.ini');
  for (const args of [
    ['--action', 'status', '--settings', settings],
    ['--action=status', '-S', settings],
    [`--settings=${settings}`, '--action=status'],
  ])
    expect(await runClient([...args, '--url', server.url])).toMatchObject({ code: 0 });
});

test.each(['--version', '-V'])('%s prints the version', async (flag) => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await runClient([flag])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each(['--help', '-h'])('%s names every action, every flag and every exit code', async (flag) => {
  const { code, stdout, stderr } = await runClient([flag]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const name of actionNames) expect(stdout).toContain(`\n  ${name}`);
  for (const name of [
    'settings',
    'url',
    'token',
    'private_key',
    'public_key',
    'command',
    'interval',
    'python',
    'force',
  ])
    expect(stdout).toContain(`--${name}`);
  for (const exitCode of ['0', '1', '2', '3', '255', '127'])
    expect(stdout).toMatch(new RegExp(`\\b${exitCode}\\b`));
});

test('command_post does nothing and says so', async () => {
  const { settings } = await makeHost(server.url, 'verified');
  const { code, stdout, stderr } = await runClient(['--action=command_post', '-S', settings]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('command_post does nothing');
  expect(server.asked).toEqual([]);
});
