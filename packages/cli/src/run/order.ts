import { JobInterpreter, type JobRequest } from '@remotes/protocol/operators/job-request';
import type { Api } from '../api/api.ts';
import { findCommand, findVariable } from '../api/find.ts';
import type { Given, Options } from '../command.ts';
import { readSeconds, readText, readTexts } from '../given.ts';
import { usageTrouble } from '../trouble.ts';
import { readProgramFile } from './program-file.ts';
import { shellProgram } from './shell-words.ts';

/** What is to run. */
export const orderOptions = {
  file: { type: 'string', short: 'f' },
  interpreter: { type: 'string', stands: 'INTERPRETER' },
  timeout: { type: 'string' },
  name: { type: 'string' },
  setting: { type: 'string', multiple: true, stands: 'SETTING' },
  variable: { type: 'string', multiple: true, stands: 'VARIABLE' },
  'output-variable': { type: 'string', multiple: true, stands: 'VARIABLE' },
} as const satisfies Options;

export type Order = Omit<JobRequest, 'targets' | 'yes' | 'wave' | 'stop_after' | 'expires_in_seconds'>;

/** A program after `--`, a file, or a saved command's name: one of them. */
export async function readOrder(given: Given, api: Api): Promise<Order> {
  const [saved] = given.words;
  const file = readText(given, 'file');
  const sources = [given.program, file, saved].filter((source) => source !== undefined);
  if (sources.length !== 1 || given.program?.length === 0)
    throw usageTrouble(
      'Say what is to run: -- COMMAND…, --file FILE or the name of a saved command; one of them.',
    );
  const inputs = await readInputs(given, api);
  if (saved !== undefined) {
    if (inputs.interpreter !== undefined)
      throw usageTrouble('--interpreter means nothing to a saved command: it has its own.');
    return { command: (await findCommand(api, saved)).id, ...inputs };
  }
  if (file === undefined)
    return { program: shellProgram(given.program ?? []), interpreter: 'auto', ...inputs };
  const { program, name, interpreter } = await readProgramFile(file);
  if (interpreter === undefined && inputs.interpreter === undefined)
    throw usageTrouble(
      `Neither the name nor the first line of ${name} tells what runs it: give --interpreter.`,
    );
  return { program, name, ...(interpreter && { interpreter }), ...inputs };
}

async function readInputs(given: Given, api: Api): Promise<Order> {
  const interpreter = readInterpreter(given);
  const timeout = readSeconds(given, 'timeout');
  const name = readText(given, 'name');
  const settings = readTexts(given, 'setting');
  const variables: [name: string, value: Variable][] = [];
  for (const written of readTexts(given, 'variable')) variables.push(await readVariable(api, written));
  const saved: number[] = [];
  for (const word of readTexts(given, 'output-variable')) saved.push((await findVariable(api, word)).id);
  return {
    ...(interpreter && { interpreter }),
    ...(timeout !== undefined && { timeout_seconds: timeout }),
    ...(name !== undefined && { name }),
    ...(settings.length > 0 && { settings: [...settings] }),
    ...(variables.length > 0 && { variables: Object.fromEntries(variables) }),
    ...(saved.length > 0 && { output_variables: saved }),
  };
}

function readInterpreter(given: Given): JobInterpreter | undefined {
  const written = readText(given, 'interpreter');
  if (written === undefined) return undefined;
  const known = JobInterpreter.enum.find((name) => name === written);
  if (!known) throw usageTrouble(`--interpreter takes ${JobInterpreter.enum.join(', ')}, not "${written}".`);
  return known;
}

type Variable = NonNullable<Order['variables']>[string];

/** A text as `NAME=TEXT`; a name alone is a variable whose value of each host it is. */
async function readVariable(api: Api, written: string): Promise<[name: string, value: Variable]> {
  const at = written.indexOf('=');
  if (at > 0) return [written.slice(0, at), written.slice(at + 1)];
  if (at === 0) throw usageTrouble(`--variable takes NAME=TEXT or VARIABLE, not "${written}".`);
  const { id, name } = await findVariable(api, written);
  return [name, { variable: id }];
}
