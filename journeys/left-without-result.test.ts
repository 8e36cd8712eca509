import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../packages/server/test/databases.ts';
import { runClient } from './client-process.ts';
import { administer, apply, makeToken, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';

const fleet = `
variables: [{category: facts, name: kept}]
commands_groups:
  - name: all
    hosts_group: All hosts
    order: 1
    commands:
      - {name: saves, order: 1, output_variables: [kept], command: "__RESULT__ = ['still here']"}
      - name: leaves
        order: 2
        output_variables: [kept]
        command: |
          import os
          os.write(1, b'done')
          os._exit(0)
`;

test('a program that leaves by os._exit(0) has succeeded, and its output variables stay as they were', async () => {
  const database = await createDatabase('sqlite');
  onTestFinished(database.remove);
  const server = await startServer(database);
  onTestFinished(async () => {
    await server.kill();
  });
  const folder = makeFolder();
  const settings = join(folder, 'host.ini');
  const keys = ['--private_key', join(folder, 'key.pem'), '--public_key', join(folder, 'key.pub')];
  const token = await makeToken(database);
  const host = ['--settings', settings];
  const joined = await runClient([
    ...['--action=new_host', '--url', `${server.url}/`, '--token', token],
    ...[...host, ...keys],
  ]);
  expect(joined.code, joined.stderr).toBe(0);
  await apply(database, fleet);
  expect(await runClient(['--action=commands_process', ...host])).toMatchObject({ code: 0 });
  const runs = JSON.parse(await administer(database, 'runs', '--json'));
  expect(runs).toMatchObject([
    { command: { name: 'saves' }, state: 'succeeded', exit_code: 0 },
    { command: { name: 'leaves' }, state: 'succeeded', exit_code: 0 },
  ]);
  expect(JSON.parse(await administer(database, 'output', '2', '--json'))).toMatchObject({
    stdout: 'done',
    result: null,
  });
  expect(await administer(database, 'export', '--saved-values')).toContain('still here');
});
