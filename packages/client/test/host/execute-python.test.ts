import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { executesHere, fixture, pythonPath, seen } from './execute-here.ts';

const here = executesHere();
const python = (program: string, more = {}) => here.execute({ interpreter: 'python', program, ...more });

describe('what a Python program finds', () => {
  test('it is __main__, with sys imported and its three names defined', async () => {
    const outcome = await python(
      `print(__name__, __SETTINGS__, __VARIABLES__, repr(__RESULT__), sys.version_info[0])`,
      { settings: { dns: '10.0.0.1' }, variables: { os: 'Debian', disk: null } },
    );
    expect(seen(outcome)).toMatchObject({
      stdout: "__main__ {'dns': '10.0.0.1'} {'os': 'Debian', 'disk': None} '' 3\n",
      exitCode: 0,
    });
  });

  test('every text arrives as it was sent, whatever its characters and the locale', async () => {
    const texts = ['', ' é☃😀 ', '\u2028\u0085\r\n\t', '"\'\\', '\0\x7f', '{%s}'];
    const settings = Object.fromEntries(texts.map((text, index) => [`${index}${text}`, text]));
    const program = 'import json\n__RESULT__ = [[k, v] for k, v in __SETTINGS__.items()]\nprint("é☃😀")';
    vi.stubEnv('LC_ALL', 'C');
    const outcome = await python(program, { settings });
    expect(outcome.stdout.toString()).toBe('é☃😀\n');
    expect(JSON.parse(outcome.resultText!)).toEqual(Object.entries(settings));
  });

  test('it finds no names but Python’s and its own', async () => {
    const outcome = await python('print(sorted(name for name in globals() if name[:2] != "__"))');
    expect(outcome.stdout.toString()).toBe("['sys']\n");
  });

  test('working directory and environment are the client’s, without what steers the client', async () => {
    vi.stubEnv('REMOTES_TOKEN', 'secret');
    vi.stubEnv('HARMLESS', 'kept');
    const outcome = await python(
      'import os; print(os.getcwd(), [v for k, v in os.environ.items() if k == "HARMLESS"], [k for k in os.environ if "REMOTES" in k])',
    );
    // The mark is the run's own, by which its processes are found when it must be ended.
    expect(outcome.stdout.toString()).toBe(`${process.cwd()} ['kept'] ['REMOTES_RUN']\n`);
  });

  test('the mark of a run is that of no other, and not the one that the client was started with', async () => {
    vi.stubEnv('REMOTES_RUN', 'outer');
    const mark = async () => seen(await python('import os; print(os.environ["REMOTES_RUN"])')).stdout;
    const marks = [await mark(), await mark()];
    expect(marks[0]).not.toBe(marks[1]);
    for (const text of marks) expect(text).toMatch(/^[0-9a-f-]{36}\n$/);
  });

  test('nothing of program, settings and variables can be read in the list of processes', async () => {
    const program =
      'secret_text = 1\nprint(open("/proc/self/cmdline").read(), dict(__import__("os").environ))';
    const outcome = await python(program, { settings: { a: 'secret' }, variables: { b: 'secret' } });
    expect(outcome.stdout.toString()).not.toContain('secret');
  });

  test('stdin is closed', async () => {
    expect(seen(await python('print(repr(sys.stdin.read()))')).stdout).toBe("''\n");
  });

  test('functions, classes, pickles and processes of its own see its names', async () => {
    expect(seen(await python(fixture('uses-its-own-names.py'), { settings: { n: '2' } }))).toEqual({
      ending: 'exited',
      exitCode: 0,
      stdout: '',
      stderr: '',
      resultText: '[\n  [\n    2,\n    4\n  ],\n  "2"\n]',
    });
  });
});

describe('program texts', () => {
  test.each([
    ['an empty program', '', ''],
    ['CRLF line ends', 'if True:\r\n    print("a")\r\nprint("""b\r\nc""")\r\n', 'a\nb\nc\n'],
    [
      'a future import at the top',
      'from __future__ import annotations\ndef f(x: nothing): pass\nprint(1)',
      '1\n',
    ],
    ['a byte order mark', '\uFEFFprint(1)', '1\n'],
    ['a coding line of another encoding', '# -*- coding: latin-1 -*-\nprint("é")', 'é\n'],
    ['a coding line of no encoding', '# coding: nonsense\nprint(1)', '1\n'],
    ['no line end', 'print(1)', '1\n'],
  ])('%s is run as meant', async (_what, program, stdout) => {
    expect(seen(await python(program))).toMatchObject({ exitCode: 0, stdout, stderr: '' });
  });

  test('a program with NUL fails cleanly', async () => {
    const outcome = seen(await python('print(1)\0'));
    expect(outcome).toMatchObject({ ending: 'exited', exitCode: 1, stdout: '', resultText: undefined });
    expect(outcome.stderr).toMatch(/null bytes\n$/);
  });
});

describe('how a Python program ends', () => {
  test('an exception leaves a traceback with the program’s own lines only', async () => {
    const outcome = seen(await python('def f():\n    raise KeyError("é")\n\nf()\n__RESULT__ = "never"'));
    expect(outcome).toMatchObject({ ending: 'exited', exitCode: 1, resultText: undefined });
    const lines = outcome.stderr.split('\n').filter((line) => !/^[ ~^]*$/.test(line));
    expect(lines).toEqual([
      'Traceback (most recent call last):',
      '  File "<command>", line 4, in <module>',
      '    f()',
      '  File "<command>", line 2, in f',
      '    raise KeyError("é")',
      "KeyError: 'é'",
    ]);
  });

  test('a syntax error names the line', async () => {
    const outcome = seen(await python('x = 1\ny = = 2\n'));
    expect(outcome).toMatchObject({ exitCode: 1, resultText: undefined });
    expect(outcome.stderr).toMatch(/^ {2}File "<command>", line 2\n {4}y = = 2\n/);
  });

  test('a hook of its own for exceptions is called', async () => {
    const outcome = seen(
      await python('sys.excepthook = lambda kind, error, trace: print("hook", error)\n1/0'),
    );
    expect(outcome).toMatchObject({ exitCode: 1, stdout: 'hook division by zero\n', stderr: '' });
  });

  test.each([
    ['sys.exit(0)', 0, ''],
    ['sys.exit()', 0, ''],
    ['sys.exit(3)', 3, ''],
    ['sys.exit("a reason")', 1, 'a reason\n'],
    ['raise SystemExit', 0, ''],
  ])('after %s the exit code is %i and the result is kept', async (statement, exitCode, stderr) => {
    const outcome = seen(await python(`__RESULT__ = [1]\n${statement}\n__RESULT__ = [2]`));
    expect(outcome).toMatchObject({ ending: 'exited', exitCode, stderr, resultText: '[\n  1\n]' });
  });

  test('a program that ends itself by a signal is said to have', async () => {
    const outcome = await python('import os, signal; os.kill(os.getpid(), signal.SIGSEGV)');
    expect(outcome).toMatchObject({ ending: 'signalled', signal: 'SIGSEGV', sentence: expect.any(String) });
    expect(outcome.exitCode).toBeUndefined();
  });

  test('stdout, stderr and the result are separate things', async () => {
    const outcome = await python('print("out"); print("err", file=sys.stderr); __RESULT__ = ["res"]');
    expect(seen(outcome)).toMatchObject({ stdout: 'out\n', stderr: 'err\n', resultText: '[\n  "res"\n]' });
  });
});

describe('the result', () => {
  test('it is what json.dumps writes with an indent of two, of a list of one if it is no list', () => {
    return Promise.all(
      [
        '""',
        '[]',
        '[""]',
        '"é☃😀"',
        '{"a": [1, None, True], "b": {}}',
        '(1, 2)',
        '[float("nan"), float("inf"), -float("inf"), 1e16, 0.1, -0.0]',
        '10**30',
        '[1, [2, [3]]]',
        '" text "',
        '[None]',
        'None',
        '"\\ud800"',
      ].map(async (value) => {
        const program = `import json; v = ${value}; print(json.dumps(v if isinstance(v, list) else [v], indent=2), end='')`;
        const expected = execFileSync(pythonPath, ['-c', program]).toString();
        expect((await python(`__RESULT__ = ${value}`)).resultText).toBe(expected);
      }),
    );
  });

  test('integers of any length keep all their digits', async () => {
    expect(JSON.stringify((await python('__RESULT__ = 10**5000')).resultText)).toMatch(/10{5000}\\n\]"$/);
  });

  test('a program that says nothing of it returns a list of one empty text', async () => {
    expect((await python('pass')).resultText).toBe('[\n  ""\n]');
    expect((await python('del __RESULT__')).resultText).toBe('[\n  ""\n]');
  });

  test.each([
    ['a set', '__RESULT__ = {1}'],
    ['an object in a list', '__RESULT__ = [object()]'],
    ['a list that holds itself', '__RESULT__ = []; __RESULT__.append(__RESULT__)'],
    ['a set before sys.exit(0)', '__RESULT__ = {1}; sys.exit(0)'],
  ])('%s, which no JSON can hold, is a failure that says so', async (_what, program) => {
    const outcome = seen(await python(`print("done")\n${program}`));
    expect(outcome).toMatchObject({ ending: 'exited', exitCode: 1, stdout: 'done\n', resultText: undefined });
    expect(outcome.stderr).toMatch(/^__RESULT__ cannot be sent as JSON: .+\n$/);
  });

  test('what is printed to stderr does not mix with it', async () => {
    const outcome = await python('sys.stderr.write("[1]"); __RESULT__ = [2]');
    expect(seen(outcome)).toMatchObject({ stderr: '[1]', resultText: '[\n  2\n]' });
  });
});

describe('which Python', () => {
  test('a setting names it', async () => {
    const named = here.scratch('my-python');
    writeFileSync(named, `#!/bin/sh\nexport CHOSEN=yes\nexec ${pythonPath} "$@"\n`);
    chmodSync(named, 0o755);
    const outcome = await python('import os; print(os.environ["CHOSEN"])', { pythonPath: named });
    expect(seen(outcome).stdout).toBe('yes\n');
  });

  test.each([
    [undefined, ['python', 'python3'], 'python'],
    [undefined, ['python3'], 'python3'],
    ['', ['python3'], 'python3'],
  ])('without one (%j) and with %j on the PATH it is %s', async (setting, present, expected) => {
    for (const name of present) {
      const file = here.scratch(name);
      writeFileSync(file, `#!/bin/sh\nexport CHOSEN=${name}\nexec ${pythonPath} "$@"\n`);
      chmodSync(file, 0o755);
    }
    vi.stubEnv('PATH', here.scratch('.'));
    const outcome = await python('import os; print(os.environ["CHOSEN"])', { pythonPath: setting });
    expect(seen(outcome).stdout).toBe(`${expected}\n`);
  });
});
