import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import { type Environment, inheritedEnvironment, inputsEnvironment } from './environment.ts';
import { nodeFiles, nodeStart } from './node-start.ts';
import type { ProgramOrder } from './order.ts';
import { pythonFiles, pythonInputs, pythonStart } from './python-start.ts';

/** What to start, once the run's folder holds what it reads. */
export type Preparation = {
  /** The programs that can do it, the best first: the first that this machine has is taken. */
  readonly candidates: readonly string[];
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly resultPath: string;
};

/** Puts program and inputs into the run's folder. A sentence when they can't be handed to this interpreter. */
export function prepare(order: ProgramOrder, folder: string): Promise<Preparation | string> {
  return preparations[order.interpreter](order, folder);
}

export function isInterpreter(name: string): name is Interpreter {
  return Object.hasOwn(preparations, name);
}

const preparations = {
  python: preparePython,
  node: prepareNode,
  bash: (order, folder) => prepareShell(order, folder, ['bash']),
  sh: (order, folder) => prepareShell(order, folder, ['sh']),
  powershell: preparePowershell,
} satisfies Record<Interpreter, (order: ProgramOrder, folder: string) => Promise<Preparation | string>>;

async function preparePython(order: ProgramOrder, folder: string): Promise<Preparation> {
  const { start, program, inputs, result } = pythonFiles;
  await write(folder, start, pythonStart);
  await write(folder, program, withoutBom(order.program));
  await write(folder, inputs, pythonInputs(order.settings, order.variables));
  return {
    candidates: order.pythonPath ? [order.pythonPath] : ['python', 'python3'],
    args: [join(folder, start)],
    environment: inheritedEnvironment(),
    resultPath: join(folder, result),
  };
}

async function prepareNode(order: ProgramOrder, folder: string): Promise<Preparation> {
  const { start, program, inputs, result } = nodeFiles;
  await write(folder, start, nodeStart);
  await write(folder, program, withoutBom(order.program));
  await write(folder, inputs, jsonInputs(order));
  return {
    // A client always has the Node that it runs on.
    candidates: ['node', process.execPath],
    args: [join(folder, start)],
    environment: inheritedEnvironment(),
    resultPath: join(folder, result),
  };
}

async function prepareShell(order: ProgramOrder, folder: string, candidates: string[]) {
  if (order.program.includes('\0'))
    return `The program holds a NUL byte, which ${order.interpreter} can't read.`;
  // Programs edited in a browser or on Windows have CRLF, which no shell takes.
  return prepareScript(order, folder, 'command', order.program.replaceAll('\r\n', '\n'), { candidates });
}

async function preparePowershell(order: ProgramOrder, folder: string) {
  // Windows PowerShell takes a file without a BOM for ANSI.
  const text = `\uFEFF${withoutBom(order.program)}`;
  return prepareScript(order, folder, 'command.ps1', text, {
    candidates: ['pwsh', 'powershell'],
    options: ['-NoLogo', '-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'],
  });
}

async function prepareScript(
  order: ProgramOrder,
  folder: string,
  name: string,
  text: string,
  { candidates, options = [] }: { candidates: string[]; options?: string[] },
): Promise<Preparation | string> {
  const paths = { inputs: join(folder, 'inputs.json'), result: join(folder, 'result.json') };
  const environment = inputsEnvironment(order, paths);
  if (typeof environment === 'string') return environment;
  await write(folder, name, text);
  await write(folder, 'inputs.json', jsonInputs(order));
  return { candidates, args: [...options, join(folder, name)], environment, resultPath: paths.result };
}

function jsonInputs({ settings, variables }: ProgramOrder): string {
  return JSON.stringify({ settings, variables });
}

function withoutBom(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function write(folder: string, name: string, text: string): Promise<void> {
  return writeFile(join(folder, name), text, { mode: 0o600 });
}
