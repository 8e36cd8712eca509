import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, type Program, type ProgramOptions, startProgram } from './program.ts';
import type { RunningServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';

/** The command line as `npm run build` makes it, from the sources as they are now. */
const bundle = buildBundle();

/** Of the first admin. */
export const password = 'seven green bottles, hanging';

/** Somebody with the command line, and a folder for his sign-ins. */
export type OperatorProcess = {
  readonly folder: string;
  start(args: readonly string[], options?: ProgramOptions): Program;
  run(args: readonly string[], options?: ProgramOptions): Promise<Ended>;
  /** On a terminal of its own, where everything that it shows is its stdout. */
  startOnTerminal(args: readonly string[]): Program;
};

export function createOperator(): OperatorProcess {
  const folder = makeFolder();
  const start = (args: readonly string[], options: ProgramOptions = {}) =>
    startProgram(process.execPath, [bundle, ...args], {
      cwd: folder,
      ...options,
      env: { REMOTES_CONFIG: join(folder, 'config'), ...options.env },
    });
  const startOnTerminal = (args: readonly string[]) => {
    const line = [process.execPath, bundle, ...args].map(quoted).join(' ');
    // util-linux's script; it would keep what it saw in a file `typescript`.
    return startProgram('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      isInputOpen: true,
      env: { REMOTES_CONFIG: join(folder, 'config'), TERM: 'xterm', NO_COLOR: '1' },
    });
  };
  return { folder, start, run: (args, options) => start(args, options).ended, startOnTerminal };
}

/** The first admin, by the link that a server without one leaves in its data folder. */
export async function signInAsFirstAdmin(
  { url, program }: RunningServer,
  dataFolder: string,
): Promise<OperatorProcess> {
  const link = join(dataFolder, 'setup-link');
  await program.prints(/setup-link/);
  const operator = createOperator();
  const { code, stderr } = await operator.run(
    ['login', url, '--setup', '--name', 'ada', '--password-stdin'],
    {
      input: [readFileSync(link, 'utf8').trim(), password, password, ''].join('\n'),
    },
  );
  if (code !== 0) throw new Error(`nobody was signed in: ${stderr}`);
  return operator;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function buildBundle(): string {
  const path = join(makeFolder(), 'remotes.cjs');
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../packages/cli/bundle.mjs', import.meta.url)),
    path,
  ]);
  return path;
}
