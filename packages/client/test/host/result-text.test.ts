import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readResult } from '../../src/host/result-text.ts';

let path = '';
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'remotes-test-')), 'result.json');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

test('no file is no result, and no problem', async () => {
  expect(await readResult(path, 100)).toEqual({});
});

test.each([
  ['[]', '[]'],
  [' [1]\n', '[1]'],
  ['null', '[null]'],
  ['"[1]"', '["[1]"]'],
  ['[NaN]', '[NaN]'],
  ['-Infinity', '[-Infinity]'],
  ['1.000000000000000000000001', '[1.000000000000000000000001]'],
])('%j is returned as %j', async (written, text) => {
  writeFileSync(path, written);
  expect(await readResult(path, 100)).toEqual({ text });
});

test.each([
  ['UTF-8 with a byte order mark', Buffer.from('\uFEFF["é"]')],
  ['UTF-16, as Windows PowerShell writes it', Buffer.from('\uFEFF["é"]\r\n', 'utf16le')],
])('%s is read', async (_what, written) => {
  writeFileSync(path, written);
  expect(await readResult(path, 100)).toEqual({ text: '["é"]' });
});

test.each(['', ' ', '[1', '[1] x', '1NaN', '-NaN', '["\\NaN"]', "['a']", 'nan'])(
  '%j is no JSON',
  async (written) => {
    writeFileSync(path, written);
    expect(await readResult(path, 100)).toEqual({ problem: "The program's result is not JSON." });
  },
);

test('a result may be as large as the limit, and no larger', async () => {
  writeFileSync(path, JSON.stringify(['x'.repeat(96)]));
  expect((await readResult(path, 100)).text).toHaveLength(100);
  expect(await readResult(path, 99)).toEqual({ problem: "The program's result is larger than 99 bytes." });
});
