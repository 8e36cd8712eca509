#!/usr/bin/env node
import { version } from '@remotes/protocol/version';
import { isStartProblem } from './domain/start-problem.ts';

/** Each command of the program, loaded only when it is asked for. Every one answers its exit status. */
const commands: Readonly<Record<string, { summary: string; load: () => Promise<LocalCommand> }>> = {
  start: { summary: 'run the server', load: async () => (await import('./local/start.ts')).start },
  create_admin: {
    summary: 'make a link by which somebody becomes an admin',
    load: async () => (await import('./local/create-admin.ts')).createAdmin,
  },
  registration_token: {
    summary: 'make, list and revoke the tokens that let hosts register',
    load: async () => (await import('./local/registration-token.ts')).registrationToken,
  },
  keys: {
    summary: 'show and change the keys by which hosts know this server',
    load: async () => (await import('./local/keys.ts')).keys,
  },
  hosts: {
    summary: 'list, approve, disable, rename, group and remove hosts',
    load: async () => (await import('./local/hosts.ts')).hosts,
  },
  runs: {
    summary: 'show what hosts carried out, and stop runs',
    load: async () => (await import('./local/runs.ts')).runs,
  },
  output: {
    summary: 'show what a run printed and returned',
    load: async () => (await import('./local/output.ts')).output,
  },
  pause: {
    summary: 'offer nothing to any host',
    load: async () => (await import('./local/pause.ts')).pause,
  },
  resume: {
    summary: 'offer commands again, after pause or restore',
    load: async () => (await import('./local/resume.ts')).resume,
  },
  backup: {
    summary: 'write the database into a file',
    load: async () => (await import('./local/backup.ts')).backup,
  },
  restore: {
    summary: 'put a backup in the place of the database',
    load: async () => (await import('./local/restore.ts')).restore,
  },
  apply: {
    summary: 'make groups, settings and commands what a file says',
    load: async () => (await import('./local/apply.ts')).apply,
  },
  export: {
    summary: 'write that file',
    load: async () => (await import('./local/export.ts')).exportFile,
  },
  api_log: {
    summary: 'show the log of requests',
    load: async () => (await import('./local/api-log.ts')).apiLog,
  },
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
  // Both spellings are in use: registration_token and registration-token.
  const command = commands[name.replaceAll('-', '_')];
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
