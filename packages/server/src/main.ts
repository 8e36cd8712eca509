#!/usr/bin/env node
import { version } from '@remotes/protocol/version';
import { isStartProblem } from './domain/start-problem.ts';

/** Each command of the program, loaded only when it is asked for. Every one answers its exit status. */
const commands: Readonly<Record<string, { summary: string; load: () => Promise<LocalCommand> }>> = {
  start: { summary: 'run the server', load: async () => (await import('./local/start.ts')).start },
};

export type LocalCommand = (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
) => Promise<number>;

const [name = 'help', ...args] = process.argv.slice(2);
process.exitCode = await run(name, args);

async function run(name: string, args: readonly string[]): Promise<number> {
  if (Number(process.versions.node.split('.')[0]) < 22) {
    console.error(`remotes-server needs Node 22 or newer; this is ${process.version}. Install a newer Node.`);
    return 1;
  }
  if (name === '--version' || name === '-V') {
    console.log(version);
    return 0;
  }
  if (name === 'help' || name === '--help' || name === '-h') {
    console.log(help());
    return 0;
  }
  const command = commands[name];
  if (!command) {
    console.error(`There is no command "${name}". "remotes-server help" lists them.`);
    return 2;
  }
  try {
    return await (await command.load())(args, process.env);
  } catch (trouble) {
    if (!isStartProblem(trouble)) throw trouble;
    console.error(trouble.message);
    return 1;
  }
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: remotes-server COMMAND [options]',
    '',
    ...lines,
    '',
    'Each command explains itself with --help.',
  ].join('\n');
}
