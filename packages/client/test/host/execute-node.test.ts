import { describe, expect, test } from 'vitest';
import { executesHere, seen } from './execute-here.ts';

const here = executesHere();
const node = (program: string, more = {}) => here.execute({ interpreter: 'node', program, ...more });

describe('what a Node program finds', () => {
  test('its three names are globals', async () => {
    const program = 'console.log(JSON.stringify([__SETTINGS__, __VARIABLES__, __RESULT__]))';
    const outcome = await node(program, { settings: { a: '\u2028é' }, variables: { b: null, c: '1' } });
    expect(JSON.parse(outcome.stdout.toString())).toEqual([{ a: '\u2028é' }, { b: null, c: '1' }, '']);
  });

  test.each([
    ['require', 'console.log(require("node:path").basename("/a/b"))', 'b\n'],
    ['import()', 'console.log((await import("node:path")).basename("/a/b"))', 'b\n'],
    ['top-level await', 'const x = await Promise.resolve(1); console.log(x)', '1\n'],
    ['require.main === module', 'if (require.main === module) console.log("main")', 'main\n'],
    [
      "'use strict'",
      "'use strict'\ntry { undeclared = 1 } catch (e) { console.log(e.name) }",
      'ReferenceError\n',
    ],
    ['a first line for the shell', '#!/usr/bin/env node\nconsole.log(1)', '1\n'],
    ['CRLF line ends', 'console.log(1)\r\nconsole.log(2)\r\n', '1\n2\n'],
    ['return at the top', 'console.log(1); return; console.log(2)', '1\n'],
    ['a comment without a line end', 'console.log(1) // end', '1\n'],
    ['no text at all', '', ''],
  ])('%s works', async (_what, program, stdout) => {
    expect(seen(await node(program))).toMatchObject({ ending: 'exited', exitCode: 0, stdout, stderr: '' });
  });
});

describe('the result of a Node program', () => {
  test.each([
    ['', '[\n  ""\n]'],
    ['__RESULT__ = []', '[]'],
    ['__RESULT__ = [1, "é", null]', '[\n  1,\n  "é",\n  null\n]'],
    ['__RESULT__ = { a: 1 }', '[\n  {\n    "a": 1\n  }\n]'],
    ['setTimeout(() => { __RESULT__ = "late" }, 1)', '[\n  "late"\n]'],
    ['__RESULT__ = [1]; process.exit(0); __RESULT__ = [2]', '[\n  1\n]'],
    ['process.on("uncaughtException", () => { __RESULT__ = "caught" }); throw 1', '[\n  "caught"\n]'],
  ])('after %j it is %j', async (program, resultText) => {
    expect(seen(await node(program))).toMatchObject({ ending: 'exited', exitCode: 0, resultText });
  });

  test('an exit code other than 0 keeps it', async () => {
    expect(seen(await node('__RESULT__ = [1]; process.exit(3)'))).toMatchObject({
      exitCode: 3,
      resultText: '[\n  1\n]',
    });
  });

  test.each([['__RESULT__ = 1n'], ['__RESULT__ = []; __RESULT__.push(__RESULT__)']])(
    '%s, which no JSON can hold, is a failure that says so',
    async (program) => {
      const outcome = seen(await node(program));
      expect(outcome).toMatchObject({ ending: 'exited', exitCode: 1, resultText: undefined });
      expect(outcome.stderr).toMatch(/^__RESULT__ cannot be sent as JSON: /);
    },
  );
});

describe('how a Node program fails', () => {
  test.each([
    ['an exception', '\nthrow new Error("why")', 2, 'Error: why'],
    ['a syntax error', '\n\nlet = = 1', 3, 'SyntaxError'],
    [
      'an exception in a callback',
      'setTimeout(() => {\n  throw new TypeError("why")\n}, 1)',
      2,
      'TypeError: why',
    ],
    ['a rejected promise', 'Promise.reject(new Error("why"))', 1, 'Error: why'],
  ])('%s says where it happened', async (_what, program, line, message) => {
    const outcome = seen(await node(program));
    expect(outcome).toMatchObject({ ending: 'exited', exitCode: 1, resultText: undefined });
    expect(outcome.stderr).toContain(`[command]:${line}`);
    expect(outcome.stderr).toContain(message);
  });

  test('an await that nothing settles is a failure, not a success without an end', async () => {
    const outcome = seen(await node('await new Promise(() => {}); console.log("never")'));
    expect(outcome).toMatchObject({ ending: 'exited', exitCode: 13, stdout: '', resultText: undefined });
    expect(outcome.stderr).toBe('The program awaits something that will never happen.\n');
  });
});
