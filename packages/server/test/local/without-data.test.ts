import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../databases.ts';
import { administer } from './program.ts';

describe('where there is no server data', () => {
  test.each([
    ['hosts'],
    ['hosts', 'approve', 'web'],
    ['hosts', 'remove', 'web'],
    ['runs'],
    ['runs', '--follow'],
    ['output', '1'],
    ['pause'],
    ['resume'],
    ['api_log'],
    ['backup', 'file'],
    ['registration_token', 'list'],
    ['registration_token', 'list', '--show'],
    ['registration_token', 'revoke', '1'],
  ])('%s says so, and makes none: a mistyped folder is no new server', async (...args) => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    expect(await administer(place, ...args)).toEqual({
      status: 1,
      stdout: '',
      stderr: `There is no server data in ${place.dataFolder}: start the server first, or name its folder with --data.\n`,
    });
    expect(readdirSync(place.dataFolder)).toEqual([]);
  });
});

describe('every command', () => {
  test.each([
    'registration_token',
    'hosts',
    'runs',
    'output',
    'pause',
    'resume',
    'api_log',
    'backup',
    'restore',
  ])('%s explains itself with --help, in lines that fit', async (name) => {
    const place = { dataFolder: '/nonexistent', databaseUrl: undefined };
    const { status, stdout, stderr } = await administer(place, name, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: remotes-server ${name}`));
    expect(stdout).toMatch(/\nExamples?:\n {2}remotes-server /);
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  test('a database that cannot be reached is one sentence', async () => {
    const place = {
      dataFolder: '/nonexistent',
      databaseUrl: 'postgres://nobody:secret-word@127.0.0.1:1/none',
    };
    const { status, stdout, stderr } = await administer(place, 'hosts');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe('The database cannot be reached: try again.\n');
  });
});
