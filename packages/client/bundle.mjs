import { bundleProgram } from '../bundle-program.mjs';

await bundleProgram({
  name: 'remotes-client',
  folder: import.meta.dirname,
  oldestNode: 20,
  brought: ['ws'],
});
