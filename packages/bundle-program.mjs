import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Builds the one file that a program consists of: dist/NAME.cjs in its package's folder, or the file that the command line's argument names.
 * CommonJS, because Node starts it faster than a module graph.
 * @param {{ name: string, folder: string, oldestNode: number }} program
 */
export async function bundleProgram({ name, folder, oldestNode }) {
  const outfile = process.argv[2] ?? join(folder, `dist/${name}.cjs`);
  // A Node that is too old must be able to read the file as far as the sentence that says so: hence syntax of Node 10.
  const refusal = `if (parseInt(process.versions.node, 10) < ${oldestNode}) {
  console.error('${name} needs Node ${oldestNode} or newer; this is Node ' + process.versions.node + ': install a newer one, or name it: /path/to/node ' + __filename);
  process.exit(1);
}`;
  await build({
    entryPoints: [join(folder, 'src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node10',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'eof',
    banner: { js: `#!/usr/bin/env node\n${refusal}` },
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
}
