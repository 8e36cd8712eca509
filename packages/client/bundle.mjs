// Builds the one file that a host needs. CommonJS, because Node starts it faster than a module graph.
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

const outfile = new URL('./dist/remotes-client.cjs', import.meta.url).pathname;
await build({
  entryPoints: [new URL('./src/main.ts', import.meta.url).pathname],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'eof',
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
