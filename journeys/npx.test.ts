import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeFolder } from './temporary-folder.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));

test.each(['remotes', 'remotes-server', 'remotes-client'])('npx finds %s in the repository', (name) => {
  const { status, stdout, stderr } = spawnSync('npx', ['--offline', '--no', '--', name, '--version'], {
    cwd: repository,
    encoding: 'utf8',
    env: { ...process.env, PATH: pathOfStranger(), npm_config_cache: makeFolder() },
  });
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

/** Without what npm put there for the test's own run. */
function pathOfStranger(): string {
  return (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':');
}
