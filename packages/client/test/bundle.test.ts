import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFakeServer } from './fake-v1-server.ts';
import { findNode20 } from './node-20.ts';
import { bundle, makeFolder, runClient } from './run-client.ts';

describe('the bundle', () => {
  test('is one file below 1 MB that brings no schema library and needs nothing beside Node', () => {
    expect(statSync(bundle).size).toBeLessThan(1_000_000);
    const text = readFileSync(bundle, 'utf8');
    expect(text).not.toMatch(/typebox/i);
    const required = new Set([...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? ''));
    const { builtinModules } = process.getBuiltinModule('node:module');
    expect([...required].filter((name) => !builtinModules.includes(name.replace('node:', '')))).toEqual([]);
  });

  test('on a Node that is too old is one sentence', () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '18.19.0' }); require(${JSON.stringify(bundle)})`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', pretend], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^remotes-client needs Node 20 or newer; this is Node 18\.19\.0: .*\n$/);
  });
});

const node20 = findNode20();
// A machine without it can't tell; the one that decides (CI) must have it.
describe.skipIf(node20 === undefined && !process.env.CI)('on Node 20', () => {
  test('registers, runs what is due and reports it', async () => {
    expect(node20, 'Node 20 on the PATH').toBeDefined();
    const server = await startFakeServer({ hasRecorded: false });
    const folder = await makeFolder();
    const run = (...args: string[]) =>
      runClient([...args, '--settings', join(folder, 's.ini')], { node: node20 ?? '' });
    try {
      const keys = ['--private_key', join(folder, 'key.pem'), '--public_key', join(folder, 'key.pub')];
      const made = await run('--action=new_host', '--url', server.url, '--token=t', ...keys);
      expect(made).toMatchObject({ code: 0 });
      server.offer(1, { command: 'print("hello")\n__RESULT__ = [__SETTINGS__["a"]]', settings: { a: 'b' } });
      server.offer(2, { command: 'import time\ntime.sleep(60)', timeout: 1 });
      const { code, stdout } = await run('--action=commands_process');
      expect(code).toBe(0);
      expect(JSON.parse(stdout).commands_results).toMatchObject({
        1: { ending: 'succeeded', stdout: 'hello\n', is_stored: true },
        2: { ending: 'timed_out', is_stored: true },
      });
      expect(server.stored.get(1)).toEqual([{ output: 'hello\n', result: '[\n  "b"\n]' }]);
    } finally {
      await server.close();
    }
  });
});
