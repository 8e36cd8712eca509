import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeFolder } from './temporary-folder.ts';

test.each([
  { folder: 'cli', name: 'remotes-cli', program: 'remotes' },
  { folder: 'client', name: 'remotes-client', program: 'remotes-client' },
])(
  '$program, installed from its packed package, works alone in an empty folder',
  ({ folder, name, program }) => {
    const source = fileURLToPath(new URL(`../packages/${folder}`, import.meta.url));
    const packed = makeFolder();
    const npm = (args: string[], cwd: string) =>
      execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const [{ filename, files }] = JSON.parse(
      npm(['pack', '--json', '--pack-destination', packed], source),
    ) as [{ filename: string; files: { path: string }[] }];
    expect(files.map(({ path }) => path).sort()).toEqual([
      'README.md',
      `bin/${program}.cjs`,
      `dist/${program}.cjs`,
      'package.json',
    ]);
    const empty = makeFolder();
    writeFileSync(join(empty, 'package.json'), '{}');
    npm(['install', '--offline', '--no-audit', '--no-fund', join(packed, filename)], empty);
    expect(readdirSync(join(empty, 'node_modules')).sort()).toEqual(
      ['.bin', '.package-lock.json', name].sort(),
    );
    const { stdout } = spawnSync(join(empty, 'node_modules/.bin', program), ['--version'], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  },
);
