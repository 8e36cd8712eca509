// Builds the one file that an operator needs, in dist or where the argument says. CommonJS, because Node starts it faster than a module graph.
import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// A Node that is too old must be able to read the file as far as the sentence that says so: hence syntax of Node 10.
const oldNode = `if (parseInt(process.versions.node, 10) < 22) {
  console.error('remotes needs Node 22 or newer; this is Node ' + process.versions.node + ': install a newer one, or name it: /path/to/node ' + __filename);
  process.exit(1);
}`;

const outfile = process.argv[2] ?? fileURLToPath(new URL('./dist/remotes.cjs', import.meta.url));
await build({
  entryPoints: [fileURLToPath(new URL('./src/main.ts', import.meta.url))],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node10',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  banner: { js: `#!/usr/bin/env node\n${oldNode}` },
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
