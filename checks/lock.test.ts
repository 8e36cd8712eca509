import { expect, test } from 'vitest';
import { missingEntries, readLock } from './lock.ts';

test('the lock names every package that its packages may load on other platforms; if not, run "npm run lock"', () => {
  expect([...missingEntries(readLock()).keys()]).toEqual([]);
});

test('a package that the lock does not name is found', () => {
  const optionalDependencies = { '@some/cli-linux-x64-musl': '1.0.0' };
  const lock = { packages: { 'node_modules/some': { version: '1.0.0', dev: true, optionalDependencies } } };
  expect([...missingEntries(lock)]).toEqual([
    [
      'node_modules/@some/cli-linux-x64-musl',
      { version: '1.0.0', dev: true, optional: true, os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    ],
  ]);
});
