import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { startFakeApi } from '../fake-api.ts';
import { createCli } from '../run-cli.ts';

describe('completion', () => {
  test.each([
    [['ho'], 'hosts'],
    [['hosts', 'sh'], 'show'],
    [['run', '--wa'], '--wave --wait-seconds'],
    [['jobs', 'list', '-o', 'c'], 'csv'],
    [['run', '-g', ''], 'All hosts|web'],
    [['run', '-g', 'web', '--', 'una'], ''],
    [['groups', 'add-hosts', ''], 'All hosts|web'],
    [['completion', ''], 'bash zsh fish'],
  ])('%j becomes %s', async (words, found) => {
    const group = { is_active: true, hosts: 1 };
    const api = await startFakeApi({
      hosts_groups_list: () => ({
        items: [
          { id: 1, name: 'All hosts', ...group },
          { id: 2, name: 'web', ...group },
        ],
        next: null,
      }),
    });
    const { stdout } = await createCli(api.env).run(['complete', '--', ...words]);
    const separator = found.includes('|') ? '|' : ' ';
    expect(stdout).toBe(
      found === ''
        ? ''
        : found
            .split(separator)
            .map((word) => `${word}\n`)
            .join(''),
    );
  });

  test('where nobody is signed in it completes what it can, and complains about nothing', async () => {
    expect(await createCli().run(['complete', '--', 'hosts', 'show', ''])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('a name that bash would run is no more than a name on its command line', async () => {
    const { stdout, ...cli } = await createCli().run(['completion', 'bash']);
    expect(cli.code).toBe(0);
    const names = ['All hosts', 'a;echo ran', '$(echo ran)', '`echo ran`', '*', "it's", 'a&b|c>d'];
    // As when the first, second … is chosen, and Enter pressed.
    const script = `${stdout}
      remotes() { printf '%s\\n' "\${names[@]}"; }
      names=("$@")
      COMP_WORDS=(remotes hosts show '') COMP_CWORD=3
      _remotes
      for word in "\${COMPREPLY[@]}"; do eval "printf '%s\\n' $word"; done`;
    expect(execFileSync('bash', ['-c', script, 'bash', ...names], { encoding: 'utf8' })).toBe(
      names.map((name) => `${name}\n`).join(''),
    );
  });

  test.each(['bash', 'zsh', 'fish'])('what %s is given it can read', async (shell) => {
    const { code, stdout } = await createCli().run(['completion', shell]);
    expect(code).toBe(0);
    if (spawnSync(shell, ['-c', 'true']).status === 0)
      execFileSync(shell, [shell === 'fish' ? '--no-execute' : '-n'], { input: stdout });
  });
});
