import { version } from '@remotes/protocol/version';
import { runCommand } from './command.ts';
import { commands } from './commands.ts';
import { readConfig } from './config.ts';
import { exitStatus } from './exit-status.ts';
import { overview } from './overview.ts';
import { isTrouble } from './trouble.ts';

endQuietlyWhenNobodyReads();
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});

async function main([name = 'help', ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-V') return print(version);
  if (name === '--help' || name === '-h') return print(overview());
  if (name === 'help') return help(args);
  const known = commands[name];
  if (!known) {
    console.error(`There is no command "${name}". "remotes help" lists them.`);
    return exitStatus.usage;
  }
  try {
    return await runCommand(await known.load(), args, readConfig(process.env));
  } catch (thrown) {
    if (!isTrouble(thrown)) throw thrown;
    if (thrown.message !== '') console.error(thrown.message);
    if (thrown.status === exitStatus.usage) console.error(`"remotes ${name} --help" explains it.`);
    return thrown.status;
  }
}

async function help([name]: readonly string[]): Promise<number> {
  if (name === undefined) return print(overview());
  const known = commands[name];
  if (known) return print((await known.load()).help);
  console.error(`There is no command "${name}". "remotes help" lists them.`);
  return exitStatus.usage;
}

function print(text: string): number {
  console.log(text);
  return exitStatus.done;
}

/** `| head` closes its end when it has seen enough: that is no fault. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (trouble: NodeJS.ErrnoException) => {
    if (trouble.code === 'EPIPE') process.exit();
    throw trouble;
  });
}
