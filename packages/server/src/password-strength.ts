import { Worker } from 'node:worker_threads';

export type StrengthQuestion = { readonly password: string; readonly about: readonly string[] };

/** Estimates the guesses that a password withstands, from 0 (too few) to 4, in a thread of its own. */
export function passwordStrength(password: string, about: readonly string[]): Promise<number> {
  const question: StrengthQuestion = { password, about };
  const worker = new Worker(program(), { workerData: question });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The strength of a password was not told.')));
  });
}

/** Run from source it has the source's ending, from the package that of the build. */
function program(): URL {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./password-strength-thread.${ending}`, import.meta.url);
}
