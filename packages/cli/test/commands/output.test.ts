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

  test('follows what is printed; what a host says anew after a break, in other pieces, is shown once', async () => {
    type Stored = { readonly stream: 'stdout' | 'stderr'; readonly text: string };
    const out = (...texts: string[]): Stored[] => texts.map((text) => ({ stream: 'stdout', text }));
    const stages = [
      { state: 'running', stored: out('1\n', '2\n') },
      // Less than before, and numbered anew.
      { state: 'running', stored: out('1\n2') },
      { state: 'running', stored: out('1\n2', '\n', '3\n') },
      { state: 'succeeded', stored: [...out('1\n2\n3\n4\n'), { stream: 'stderr', text: 'oh\n' } as const] },
    ] as const;
    let stage = 0;
    const run = fakeRun();
    const detail = { ...run, inputs: { settings: {}, variables: {} }, signed: null };
    const api = await startFakeApi({
      runs_show: () => detail,
      events: ({ query }) => ({
        write(response) {
          expect(query).toEqual({ job: run.job_id, host: '1', kinds: 'run,output' });
          response
            .writeHead(200, { 'Content-Type': 'text/event-stream' })
            .write('event: ready\ndata: {}\n\n');
          const timer = setInterval(() => {
            stage = Math.min(stage + 1, stages.length - 1);
            response.write('event: output\ndata: {}\n\n');
          }, 200);
          response.on('close', () => clearInterval(timer));
        },
      }),
      runs_output({ query }) {
        const { state, stored } = stages[stage]!;
        const all = stored.map(({ stream, text }, chunk) => {
          const before = stored.slice(0, chunk).filter((other) => other.stream === stream);
          return { stream, chunk, text, offset: before.map((other) => other.text).join('').length };
        });
        const chunks = all.filter(({ chunk }) => chunk > Number(query.after));
        const bytes = stored.map(({ text }) => text).join('').length;
        return { state, output_bytes: bytes, output_cut_bytes: 0, is_masked: false, chunks, next: null };
      },
    });
    expect(await createCli(api.env).run(['output', run.id, '--follow'])).toEqual({
      code: 0,
      stdout: '1\n2\n3\n4\n',
      stderr: 'oh\n"uname" on web1: succeeded.\n',
    });
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
