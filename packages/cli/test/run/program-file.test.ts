import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProgramFile } from '../../src/run/program-file.ts';
import { makeFolder } from '../run-cli.ts';

describe('a program from a file', () => {
  test.each([
    ['a.py', 'print(1)', 'python'],
    ['a.sh', '#!/bin/bash\ntrue', 'sh'],
    ['a.bash', 'true', 'bash'],
    ['a.mjs', '1', 'node'],
    ['a.PS1', '1', 'powershell'],
    ['script', '#!/usr/bin/env python3\n', 'python'],
    ['script', '#!/usr/bin/env -S node --test\n', 'node'],
    ['script', '#!/bin/bash -e\n', 'bash'],
    ['script', '#! /bin/dash\n', 'sh'],
    ['script', '#!/usr/bin/perl\n', undefined],
    ['script', 'uname\n', undefined],
  ])('%s with %j is run by %s', async (name, program, interpreter) => {
    const path = join(makeFolder(), name);
    writeFileSync(path, program);
    expect(await readProgramFile(path)).toEqual({ program, name, interpreter });
  });

  test('that is not there is an error of the command line', async () => {
    await expect(readProgramFile('/no/such/file.py')).rejects.toThrow(/^\/no\/such\/file\.py cannot be read/);
  });
});
