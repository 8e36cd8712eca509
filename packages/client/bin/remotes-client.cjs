#!/usr/bin/env node
// Kept in the repository, so that npm can link it before anything is built.
try {
  require('../dist/remotes-client.cjs');
} catch (error) {
  if (error.code !== 'MODULE_NOT_FOUND') throw error;
  console.error('remotes-client is not built yet: run "npm run build" in the repository first.');
  process.exitCode = 1;
}
