import { fileURLToPath } from 'node:url';
import { type Ended, type Program, type ProgramOptions, startProgram } from './program.ts';

/** The client as it is built here; or an earlier one, where the runner's project names its file. */
export const clientBundle = fileURLToPath(
  new URL(process.env.JOURNEYS_CLIENT ?? '../packages/client/dist/remotes-client.cjs', import.meta.url),
);

/** Starts the bundled client as a process of its own. */
export function startClient(args: readonly string[], options?: ProgramOptions): Program {
  return startProgram(process.execPath, [clientBundle, ...args], options);
}

/** Runs it to its end, whatever that is. */
export function runClient(args: readonly string[], options?: ProgramOptions): Promise<Ended> {
  return startClient(args, options).ended;
}
