import { bundleProgram } from '../bundle-program.mjs';

await bundleProgram({ name: 'remotes', folder: import.meta.dirname, oldestNode: 22 });
