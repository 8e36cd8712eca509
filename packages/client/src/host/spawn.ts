import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Preparation } from './interpreters.ts';
import type { Reason } from './outcome.ts';

export type Child = ChildProcessByStdio<null, Readable, Readable>;
export type NotStarted = { readonly reason: Reason; readonly sentence: string };

/** Starts the first candidate that this machine has, as the leader of a process group of its own. */
export async function spawnFirst({
  candidates,
  args,
  environment,
}: Preparation): Promise<Child | NotStarted> {
  let failure = '';
  for (const command of candidates) {
    try {
      return await spawnOne(command, args, environment);
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (code === 'E2BIG') return { reason: 'input_unfit', sentence: tooLarge };
      if (!isMissing.has(code))
        return { reason: 'machine_refused', sentence: `${command} could not be started: ${message}.` };
      if (code !== 'ENOENT') failure = ` (${code})`;
    }
  }
  const names = candidates.join(' or ');
  return { reason: 'interpreter_missing', sentence: `This host has no ${names} that can be run${failure}.` };
}

const isMissing = new Set([
  'ENOENT',
  'EACCES',
  'ENOTDIR',
  'ELOOP',
  'ENOEXEC',
  'ENAMETOOLONG',
  'ERR_INVALID_ARG_VALUE',
]);
const tooLarge = 'The settings and variables are too large for the environment of a program.';

function spawnOne(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Child> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that the whole tree can be ended. On Windows it would open a window.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    child.once('error', reject);
    child.once('spawn', () => {
      // Later errors, like a signal that can't be sent, change nothing about how the process ends.
      child.removeListener('error', reject).on('error', () => {});
      resolve(child);
    });
  });
}
