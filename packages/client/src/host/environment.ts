import { environmentName } from '@remotes/protocol/values/environment-name';
import type { ProgramOrder } from './order.ts';

export type Environment = Record<string, string | undefined>;

// What steers the client is no concern of the programs it executes; some of it is secret.
const withheld = /^REMOTES_/i;

/** The client's own environment, as a program may see it. */
export function inheritedEnvironment(): Environment {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.test(name)));
}

/** Names the run in the environment of all its processes, by which they are known when the run is to be ended. */
export const runMarkName = 'REMOTES_RUN';

/**
 * The environment for a program that has its inputs there: each setting and variable that has a value, and the paths
 * of the files with all inputs and for the result. A sentence when an input can't be put into an environment.
 */
export function inputsEnvironment(order: ProgramOrder, paths: InputPaths): Environment | string {
  const environment = inheritedEnvironment();
  const inputs = [
    ...Object.entries(order.settings).map(([name, value]) => ['setting', name, value] as const),
    ...Object.entries(order.variables).map(([name, value]) => ['variable', name, value] as const),
  ];
  const namedBy = new Map<string, string>();
  for (const [kind, name, value] of inputs) {
    const spelled = `REMOTES_${kind.toUpperCase()}_${environmentName(name)}`;
    const earlier = namedBy.get(spelled);
    if (earlier !== undefined) return `The ${kind}s "${earlier}" and "${name}" would both be ${spelled}.`;
    namedBy.set(spelled, name);
    if (value === null) continue;
    if (value.includes('\0'))
      return `The ${kind} "${name}" holds a NUL byte, which an environment can't hold.`;
    environment[spelled] = value;
  }
  environment.REMOTES_INPUTS = paths.inputs;
  environment.REMOTES_RESULT = paths.result;
  return environment;
}

export type InputPaths = { readonly inputs: string; readonly result: string };
