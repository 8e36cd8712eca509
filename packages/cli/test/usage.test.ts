import { describe, expect, test } from 'vitest';
import { token } from './fake-api.ts';
import { createCli } from './run-cli.ts';

describe('a command line that cannot be understood', () => {
  const cli = createCli({ REMOTES_SERVER: 'http://127.0.0.1:9', REMOTES_TOKEN: token });

  test.each([
    [['frobnicate'], 'There is no command "frobnicate". "remotes help" lists them.'],
    [['hosts', 'frobnicate'], /It cannot "frobnicate": it knows list, show, /],
    [['hosts', '--frobnicate'], /'--frobnicate'/],
    [['hosts', 'show', 'web1', '--yes', '1'], '--yes means nothing to "hosts show".'],
    [['hosts', 'show'], '"hosts show" takes HOST, not nothing.'],
    [
      ['run', '-w', 'name=web1', '-w', 'os=linux', '--', 'true'],
      '--where can be given once, and is given twice: join the filters with "and" or "or".',
    ],
    [['hosts', 'disable', '-w', 'a=1', '--where=b=2'], /--where can be given once/],
    [
      ['run', '-g', 'web', '--yes', '3', '--yes', '30', '--', 'true'],
      '--yes can be given once, and is given twice.',
    ],
    [['hosts', '-o', 'xml'], '-o takes table, wide, csv, json, not "xml".'],
    [['hosts', '--json', '-o', 'csv'], '--json and -o csv exclude each other: give one of them.'],
    [['run', '--', 'uname'], /Say which hosts are meant/],
    [['run', '-g', 'web', '--wave', '0'], /--wave must be a number of hosts or a share of them/],
    [['output', '7'], '"7" is no id of a run; "last" is the newest one.'],
    [['jobs', 'again', 'last'], 'Say on which hosts: --which all|failed|interrupted|missed.'],
    [['settings', 'set', 'password', 'hunter2', '--secret'], /A secret stands in no command line/],
  ])('%j is told in a sentence, and ends with 2', async (args, sentence) => {
    const { code, stdout, stderr } = await cli.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('    at ');
  });

  test('without a sign-in it says how to sign in, and ends with 3', async () => {
    expect(await createCli().run(['hosts'])).toMatchObject({
      code: 3,
      stderr: 'Nobody is signed in at any server: remotes login URL\n',
    });
  });
});
