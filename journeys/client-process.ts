import { fileURLToPath } from 'node:url';
import { type Ended, type Program, type ProgramOptions, startProgram } from './program.ts';

export const clientBundle = fileURLToPath(
  new URL('../packages/client/dist/remotes-client.cjs', import.meta.url),
);

/** Starts the bundled client as a process of its own. */
export function startClient(args: readonly string[], options?: ProgramOptions): Program {
  return startProgram(process.execPath, [clientBundle, ...args], options);
}

/** Runs it to its end, whatever that is. */
export function runClient(args: readonly string[], options?: ProgramOptions): Promise<Ended> {
  return startClient(args, options).ended;
}
