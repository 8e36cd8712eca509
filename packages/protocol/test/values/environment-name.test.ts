import { expect, test } from 'vitest';
import { environmentName } from '../../src/values/environment-name.ts';

test.each([
  ['dns', 'DNS'],
  ['Web Server', 'WEB_SERVER'],
  ['disk-free.percent', 'DISK_FREE_PERCENT'],
  ['node18', 'NODE18'],
  ['größe', 'GR__E'],
  ['ſ', '_'],
  ['a😀b', 'A_B'],
  ['=\0\n', '___'],
  ['', ''],
])('the name %j is spelled %j in the environment', (name, spelled) => {
  expect(environmentName(name)).toBe(spelled);
});
