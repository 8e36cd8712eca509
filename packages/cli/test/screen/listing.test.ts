import { expect, test } from 'vitest';
import { startFakeApi } from '../fake-api.ts';
import { fakeJob, fakeRun, jobId } from '../fake-job.ts';
import { createCli } from '../run-cli.ts';

test('CSV has moments with their zone, a table in that of its reader', async () => {
  const { program, settings, variables, output_variables, asked_targets, ...job } = fakeJob({ succeeded: 3 });
  const api = await startFakeApi({ jobs_list: () => ({ items: [job], next: null }) });
  const cli = createCli({ ...api.env, TZ: 'Asia/Tokyo' });
  expect((await cli.run(['jobs', '-o', 'csv'])).stdout).toContain(`${jobId},2026-11-23T12:00:00.000Z,`);
  expect((await cli.run(['jobs', '-o', 'wide'])).stdout).toContain(`${jobId}  2026-11-23 21:00:00  `);
});

test('a list that another program reads is cut nowhere, however long its lines are', async () => {
  const name = `uname${' -a'.repeat(60)}`;
  const { command, ...rest } = fakeRun();
  const run = { ...rest, command: { ...command, name } };
  const api = await startFakeApi({ runs_list: () => ({ items: [run], next: null }) });
  const { stdout } = await createCli(api.env).run(['runs']);
  expect(stdout).toContain(name);
});
