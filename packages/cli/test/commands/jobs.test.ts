import { describe, expect, test } from 'vitest';
import { startFakeApi } from '../fake-api.ts';
import { jobId } from '../fake-job.ts';
import { createCli } from '../run-cli.ts';

describe('remotes jobs', () => {
  test.each([
    [{ runs: 1, jobs: 1 }, '1 run of 1 job was cancelled.\n'],
    [{ runs: 7, jobs: 2 }, '7 runs of 2 jobs were cancelled.\n'],
  ])('cancel-waiting says %j in words', async (cancelled, sentence) => {
    const api = await startFakeApi({ jobs_cancel_waiting: () => cancelled });
    const { code, stdout } = await createCli(api.env).run(['jobs', 'cancel-waiting', jobId]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: sentence });
  });
});
