import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { executesHere, seen } from './execute-here.ts';

const here = executesHere();

describe.each(['sh', 'bash'] as const)('a program for %s', (interpreter) => {
  const shell = (program: string, more = {}) => here.execute({ interpreter, program, ...more });

  test('it finds settings and variables in its environment, without those that have no value', async () => {
    vi.stubEnv('REMOTES_VARIABLE_DISK', 'from outside');
    const outcome = await shell('env | grep ^REMOTES_ | grep -v -e /remotes-run- -e ^REMOTES_RUN= | sort', {
      settings: { dns: '10.0.0.1', 'mail-relay': ' é\n' },
      variables: { os: 'Debian', disk: null },
    });
    expect(seen(outcome).stdout).toBe(
      'REMOTES_SETTING_DNS=10.0.0.1\nREMOTES_SETTING_MAIL_RELAY= é\nREMOTES_VARIABLE_OS=Debian\n',
    );
  });

  test('it finds all of them in a JSON file', async () => {
    const inputs = { settings: { 'a b': '"\\\u2028' }, variables: { c: null } };
    const outcome = await shell('cat "$REMOTES_INPUTS"', inputs);
    expect(JSON.parse(outcome.stdout.toString())).toEqual(inputs);
  });

  test.each([
    ['[1, "a"]', '[1, "a"]'],
    ['{"a": 1}', '[{"a": 1}]'],
    ['12345678901234567890.10\n', '[12345678901234567890.10]'],
    ['[NaN, -Infinity]', '[NaN, -Infinity]'],
  ])('what it writes as its result, %j, is returned as %j', async (written, resultText) => {
    const program = `printf %s '${written}' > "$REMOTES_RESULT"; exit 4`;
    expect(seen(await shell(program))).toMatchObject({ ending: 'exited', exitCode: 4, resultText });
  });

  test.each([
    ['text', 'echo hello > "$REMOTES_RESULT"'],
    ['nothing', ': > "$REMOTES_RESULT"'],
    ['bytes', 'printf "\\"\\377\\"" > "$REMOTES_RESULT"'],
    ['too much', 'head -c 2000000 /dev/zero > "$REMOTES_RESULT"'],
    ['a pipe', 'mkfifo "$REMOTES_RESULT"'],
    ['a link', 'ln -s /dev/zero "$REMOTES_RESULT"'],
    ['a folder', 'mkdir "$REMOTES_RESULT"'],
  ])('a result of %s is no success, and said in a sentence', async (_what, program) => {
    expect(await shell(program)).toMatchObject({
      ending: 'exited',
      exitCode: 0,
      reason: 'result_invalid',
      sentence: expect.stringMatching(/^.+ result .+\.$/),
    });
  });

  test('without a result there is none', async () => {
    expect(seen(await shell('echo hello'))).toEqual({
      ending: 'exited',
      exitCode: 0,
      stdout: 'hello\n',
      stderr: '',
      resultText: undefined,
    });
  });

  test('it may have CRLF line ends', async () => {
    expect(seen(await shell('if true\r\nthen\r\n  echo a\r\nfi\r\n'))).toMatchObject({
      exitCode: 0,
      stdout: 'a\n',
    });
  });

  test('stdin is closed', async () => {
    expect(seen(await shell('cat; echo end')).stdout).toBe('end\n');
  });

  test.each([
    ['a program with NUL', { program: 'echo 1\0' }],
    ['a setting with NUL', { settings: { a: '\0' } }],
    ['two names that are one in the environment', { settings: { 'a-b': '1', a_b: '2' } }],
    ['a setting that is too large for an environment', { settings: { a: 'x'.repeat(4_000_000) } }],
  ])('%s is refused in a sentence before anything runs', async (_what, more) => {
    expect(await shell('echo 1', more)).toMatchObject({
      ending: 'not_started',
      reason: 'input_unfit',
      sentence: expect.stringMatching(/^The .+\.$/),
    });
  });
});

test('a program for powershell is handed to pwsh as a script, with its inputs in the environment', async () => {
  const standIn = here.scratch('pwsh');
  writeFileSync(
    standIn,
    '#!/bin/sh\nfor script; do :; done\necho "$@"; cat "$script"; echo 1 > "$REMOTES_RESULT"\n',
  );
  chmodSync(standIn, 0o755);
  vi.stubEnv('PATH', `${here.scratch('.')}:${process.env.PATH}`);
  const outcome = seen(await here.execute({ interpreter: 'powershell', program: 'Write-Output "é"\r\n' }));
  expect(outcome.stdout).toMatch(
    /^-NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File .*\.ps1\n\uFEFFWrite-Output "é"\r\n$/,
  );
  expect(outcome.resultText).toBe('[1]');
});
