import { describe, expect, test } from 'vitest';
import { startFakeApi } from '../fake-api.ts';
import { fakeRun } from '../fake-job.ts';
import { createCli } from '../run-cli.ts';

describe('remotes output', () => {
  test('takes "last" for the newest run that was handed out, as "runs show" and "runs stop" do', async () => {
    const { inputs, signed, ...run } = {
      ...fakeRun(),
      inputs: { settings: {}, variables: {} },
      signed: null,
    };
    const api = await startFakeApi({
      runs_list: () => ({ items: [run], next: null }),
      runs_show: () => ({ ...run, inputs, signed }),
      runs_stream: ({ params }) => ({
        write: (response) =>
          response
            .writeHead(200, { 'Content-Type': 'application/octet-stream' })
            .end(params.stream === 'stdout' ? 'Linux\n' : ''),
      }),
      runs_stop: () => ({ run, done: 'asked_before' }),
    });
    const cli = createCli(api.env);
    expect(await cli.run(['output', 'last'])).toEqual({
      code: 0,
      stdout: 'Linux\n',
      stderr: '"uname" on web1: succeeded.\n',
    });
    expect((await cli.run(['runs', 'show', 'last'])).stdout).toContain(run.id);
    expect((await cli.run(['runs', 'stop', 'last'])).stdout).toContain(`Run ${run.id} on web1`);
  });

  test('says that there is no run yet where none was handed out', async () => {
    const api = await startFakeApi({ runs_list: () => ({ items: [], next: null }) });
    expect(await createCli(api.env).run(['output', 'last'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'There is no run yet.\n',
    });
  });
});
