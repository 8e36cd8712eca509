import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wrapForV1 } from '../../src/domain/shell-wrap.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shell-wrap-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a shell program on a v1 host', () => {
  test('passes output, bytes as they are, and a success through', () => {
    const ran = runOnV1('sh', `printf 'a\\000b\\377\\n'; echo "  spaces kept  "`);
    expect(ran.stdout).toEqual(Buffer.from('a\0b\xff\n  spaces kept  \n', 'latin1'));
    expect(ran.stderr.toString()).toBe('[\n  ""\n]');
    expect(ran.status).toBe(0);
  });

  test.each(['sh', 'bash'] as const)('runs in %s', (shell) => {
    const ran = runOnV1(shell, 'test -n "$BASH_VERSION" && echo bash || echo sh');
    expect(ran.stdout.toString()).toBe(`${shell}\n`);
  });

  test('ends with the exit status of the program and says it, so that nobody takes it for a success', () => {
    const ran = runOnV1('bash', 'echo before; echo trouble >&2; exit 3');
    expect(ran.status).toBe(3);
    expect(ran.stdout.toString()).toBe('before\n');
    expect(ran.stderr.toString()).toBe('trouble\nexit status 3\n');
  });

  test('tells of a signal', () => {
    const ran = runOnV1('sh', 'kill -9 $$');
    expect(ran.status).toBe(137);
    expect(ran.stderr.toString()).toContain('ended by signal 9');
  });

  test('finds its settings and variables in the environment and in a file, and returns what it writes as JSON', () => {
    const ran = runOnV1(
      'sh',
      `echo "$REMOTES_SETTING_MY_MESSAGE|$REMOTES_VARIABLE_NAME_1|\${REMOTES_VARIABLE_UNSET-none}"
cat "$REMOTES_INPUTS"
echo '["x", 1.0, null]' > "$REMOTES_RESULT"`,
      { settings: { 'my message': `it's "quoted" ✓\n$HOME` }, variables: { 'name-1': 'v', unset: null } },
    );
    expect(ran.stdout.toString()).toContain(`it's "quoted" ✓\n$HOME|v|none\n`);
    expect(JSON.parse(ran.stdout.toString().split('none\n')[1] ?? '')).toEqual({
      settings: { 'my message': `it's "quoted" ✓\n$HOME` },
      variables: { 'name-1': 'v', unset: null },
    });
    expect(JSON.parse(ran.stderr.toString())).toEqual(['x', 1, null]);
  });

  test('fails with a sentence when its result is not JSON', () => {
    const ran = runOnV1('sh', 'echo nonsense > "$REMOTES_RESULT"');
    expect(ran.status).toBe(1);
    expect(ran.stderr.toString()).toMatch(/^The result is not JSON: /);
  });

  test('does not wait for input', () => {
    expect(runOnV1('sh', 'cat; echo done').stdout.toString()).toBe('done\n');
  });

  test('may hold every character, and the marks of the wrapper itself', () => {
    const text = 'quote \' double " backslash \\ tab \t ✓ 🐍 @SHELL@ @PROGRAM@ $& \u2028 end';
    const ran = runOnV1('sh', `cat <<'END'\n${text}\nEND`);
    expect(ran.stdout.toString()).toBe(`${text}\n`);
  });

  test('leaves nothing behind, not when it fails either', () => {
    runOnV1('sh', 'touch "$(dirname "$REMOTES_INPUTS")/more"; exit 1');
    expect(readdirSync(folder)).toEqual(['program.py']);
  });

  test('leaves nothing behind when it is stopped', async () => {
    const child = startOnV1('sh', 'echo started; sleep 60');
    await once(child.stdout, 'data');
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await once(child, 'close');
    expect(readdirSync(folder)).toEqual(['program.py']);
  });

  test('hands its text over in a file, so that no process list shows it', () => {
    const ran = runOnV1('sh', 'tr "\\0" " " < /proc/$$/cmdline # the-secret-text');
    expect(ran.stdout.toString()).not.toContain('the-secret-text');
  });
});

test('a Python program reaches a v1 host as it was written', () => {
  expect(wrapForV1('python', 'print(1)\r\n')).toBe('print(1)\r\n');
});

type Inputs = { settings?: Record<string, string>; variables?: Record<string, string | null> };

/** What a v1 client does with a program: names before it, the result to stderr behind it. */
function programFile(shell: 'sh' | 'bash', text: string, { settings = {}, variables = {} }: Inputs): string {
  const file = join(folder, 'program.py');
  const lines = [
    'import sys, json',
    `__SETTINGS__ = json.loads(${JSON.stringify(JSON.stringify(settings))})`,
    `__VARIABLES__ = json.loads(${JSON.stringify(JSON.stringify(variables))})`,
    "__RESULT__ = ''",
    wrapForV1(shell, text),
    'if not isinstance(__RESULT__, list): __RESULT__ = [__RESULT__]',
    'sys.stderr.write(json.dumps(__RESULT__, indent=2))',
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

function runOnV1(shell: 'sh' | 'bash', text: string, inputs: Inputs = {}) {
  return spawnSync('python3', [programFile(shell, text, inputs)], {
    env: { ...process.env, TMPDIR: folder },
    input: 'nobody should read this',
  });
}

function startOnV1(shell: 'sh' | 'bash', text: string) {
  return spawn('python3', [programFile(shell, text, {})], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
}
