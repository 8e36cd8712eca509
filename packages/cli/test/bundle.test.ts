import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { bundle, makeFolder } from './run-cli.ts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

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

  test('installed from the packed package works alone in an empty folder', async () => {
    const folder = makeFolder();
    const npm = (args: string[], cwd: string) =>
      execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const source = join(folder, 'source');
    await mkdir(join(source, 'dist'), { recursive: true });
    for (const name of ['package.json', 'README.md'])
      await copyFile(join(packageFolder, name), join(source, name));
    await cp(join(packageFolder, 'bin'), join(source, 'bin'), { recursive: true });
    await copyFile(bundle, join(source, 'dist', 'remotes.cjs'));
    const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], source)) as [
      { filename: string; files: { path: string }[] },
    ];
    expect(packed.files.map(({ path }) => path).sort()).toEqual([
      'README.md',
      'bin/remotes.cjs',
      'dist/remotes.cjs',
      'package.json',
    ]);
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await writeFile(join(empty, 'package.json'), '{}');
    npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename)], empty);
    expect((await readdir(join(empty, 'node_modules'))).sort()).toEqual(
      ['.bin', '.package-lock.json', 'remotes-cli'].sort(),
    );
    const { stdout } = spawnSync(join(empty, 'node_modules/.bin/remotes'), ['--version'], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
