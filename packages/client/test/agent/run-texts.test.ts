import { afterEach, describe, expect, test } from 'vitest';
import { type FakeServer, startFakeServer } from '../fake-v1-server.ts';
import { makeHost, runClient } from '../run-client.ts';

let server: FakeServer;
afterEach(() => server.close());

/** What is posted for a program, and how the client reports its run. */
async function postedFor(command: string, isRemotes: boolean) {
  server = await startFakeServer({ hasRecorded: false, isRemotes });
  const host = await makeHost(server.url, 'verified');
  server.offer(1, { command });
  const { stdout, code } = await runClient(['--action=commands_process', '-S', host.settings]);
  const [{ ending, ...texts } = {}] = (server.stored.get(1) ?? []) as { result?: string; ending?: string }[];
  const report = JSON.parse(stdout).commands_results[1];
  return { code, ...texts, ending: ending === undefined ? undefined : JSON.parse(ending), report };
}

const warning = 'import os\nos.write(1, b"out"); os.write(2, b"warning: []")\n';
const withoutResult = [
  ['os._exit', `${warning}__RESULT__ = ["lost"]\nos._exit(0)`],
  ['exec', `${warning}__RESULT__ = ["lost"]\nos.execvp("true", ["true"])`],
] as const;

describe('a program that leaves by', () => {
  test.each(withoutResult)(
    '%s tells a Remotes server that there is no result (it emptied its output variables)',
    async (_how, program) => {
      expect(await postedFor(program, true)).toMatchObject({
        code: 0,
        output: 'out',
        result: 'warning: []',
        ending: { ending: 'exited', exit_code: 0, signal: null, result: 'none' },
        report: { ending: 'succeeded', exit_code: 0, result: null, is_stored: true },
      });
    },
  );

  test.each(withoutResult)(
    '%s posts what v1 posts to a v1 server, which takes only lists',
    async (_how, program) => {
      expect(await postedFor(program, false)).toMatchObject({
        code: 0,
        output: 'out',
        result: '[\n  ""\n]',
        ending: undefined,
      });
    },
  );

  test('os._exit with another status is a failure like any other', async () => {
    expect(await postedFor('import os\nos._exit(3)', true)).toMatchObject({
      result: 'exit code 3',
      ending: { ending: 'exited', exit_code: 3, signal: null },
      report: { ending: 'failed', exit_code: 3 },
    });
  });
});

test('a program that leaves __RESULT__ as it was returns an empty text, which is a result', async () => {
  const { result, ending } = await postedFor('print(1)', true);
  expect(result).toBe('[\n  ""\n]');
  expect(ending).toEqual({ ending: 'exited', exit_code: 0, signal: null });
});
