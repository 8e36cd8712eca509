import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bundle } from './run-cli.ts';

describe('the bundle', () => {
  test('is one file below 1 MB that needs nothing beside Node', () => {
    expect(statSync(bundle).size).toBeLessThan(1_000_000);
    const text = readFileSync(bundle, 'utf8');
    const required = new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? ''));
    const { builtinModules } = process.getBuiltinModule('node:module');
    expect([...required].filter((name) => !builtinModules.includes(name.replace('node:', '')))).toEqual([]);
  });

  test('on a Node that is too old is one sentence', () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.19.0' }); require(${JSON.stringify(bundle)})`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^remotes needs Node 22 or newer; this is Node 20\.19\.0: .*\n$/);
  });
});
