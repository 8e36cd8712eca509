import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { repeatedOption } from '../../src/screen/repeated-option.ts';

const options = {
  where: { type: 'string', short: 'w' },
  group: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

test.each([
  [['-w', 'a', '--where=b'], 'where'],
  [['--where', 'a', 'word', '-wb'], 'where'],
  [['--where', 'a', '--', '--where', 'b'], undefined],
  [['--group', 'a', '--group', 'b', '--json', '--json', '-w', 'a'], undefined],
] as const)('of %j the option that is given twice, and has one value, is %s', (args, name) => {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, tokens: true });
  expect(repeatedOption(options, tokens)).toBe(name);
});
