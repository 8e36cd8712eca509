import { expect, test } from 'vitest';
import { startFakeApi } from '../fake-api.ts';
import { fakeRun } from '../fake-job.ts';
import { createCli } from '../run-cli.ts';

test('a list that another program reads is cut nowhere, however long its lines are', async () => {
  const name = `uname${' -a'.repeat(60)}`;
  const { command, ...rest } = fakeRun();
  const run = { ...rest, command: { ...command, name } };
  const api = await startFakeApi({ runs_list: () => ({ items: [run], next: null }) });
  const { stdout } = await createCli(api.env).run(['runs']);
  expect(stdout).toContain(name);
});
