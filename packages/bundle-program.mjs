import { chmodSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Builds the one file that a program consists of: dist/NAME.cjs in its package's folder, or the file that the command line's argument names.
 * CommonJS, because Node starts it faster than a module graph.
 * @param {{ name: string, folder: string, oldestNode: number, brought?: string[] }} program `brought` are the packages of
 * others that the file holds, whose licences go along.
 */
export async function bundleProgram({ name, folder, oldestNode, brought = [] }) {
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
    // What ws would look for beside it: native parts that it does without.
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
    banner: { js: `#!/usr/bin/env node\n${refusal}` },
    footer: { js: brought.map(licenceOf).join('\n') },
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
}

/** @param {string} name */
function licenceOf(name) {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const text = readFileSync(join(dirname(manifest), 'LICENSE'), 'utf8');
  return `/* ${name}\n\n${text.trim()}\n*/`;
}
