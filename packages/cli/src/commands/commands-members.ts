import { type Interpreter, interpreters } from '@remotes/protocol/values/interpreter';
import type { Given, Options } from '../command.ts';
import { readCount, readSeconds, readText, readTexts } from '../given.ts';
import { readProgramFile } from '../run/program-file.ts';
import { readChoice, readSwitch } from './choice.ts';

/** What a saved command is made of. */
export const commandOptions = {
  file: { type: 'string', short: 'f' },
  interpreter: { type: 'string', stands: 'INTERPRETER' },
  timeout: { type: 'string' },
  description: { type: 'string' },
  order: { type: 'string' },
  active: { type: 'string' },
  attempts: { type: 'string' },
  setting: { type: 'string', multiple: true, stands: 'SETTING' },
  variable: { type: 'string', multiple: true, stands: 'VARIABLE' },
  'output-variable': { type: 'string', multiple: true, stands: 'VARIABLE' },
} as const satisfies Options;

type Members = {
  program?: string;
  interpreter?: Interpreter;
  timeout_seconds?: number;
  description?: string;
  order?: number;
  is_active?: boolean;
  attempts?: number;
  settings?: string[];
  variables?: string[];
  output_variables?: string[];
};

/** Only those that were given. */
export async function readCommandMembers(given: Given): Promise<Members> {
  const path = readText(given, 'file');
  const file = path === undefined ? undefined : await readProgramFile(path);
  const members = {
    program: file?.program,
    interpreter: readChoice(given, 'interpreter', interpreters) ?? file?.interpreter,
    timeout_seconds: readSeconds(given, 'timeout'),
    description: readText(given, 'description'),
    order: readCount(given, 'order', 0),
    is_active: readSwitch(given, 'active'),
    attempts: readCount(given, 'attempts'),
    settings: readNames(given, 'setting'),
    variables: readNames(given, 'variable'),
    output_variables: readNames(given, 'output-variable'),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** An empty name stands for none of them. */
function readNames(given: Given, option: string): string[] | undefined {
  const names = readTexts(given, option);
  return names.length === 0 ? undefined : names.filter(Boolean);
}
