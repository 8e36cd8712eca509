import { execFileSync } from 'node:child_process';
import { root } from './sources.ts';

const server = 'packages/server/bin/remotes-server.js';
const remotes = 'packages/cli/dist/remotes.cjs';

/** The commands of remotes-server, as its own help lists them. */
export function serverCommands(): Set<string> {
  return listed(run(server, 'help'));
}

/** What a command says of itself. */
export function serverHelp(command: string): string {
  return run(server, command, '--help');
}

/** The commands of remotes, as its own help lists them. */
export function remotesCommands(): Set<string> {
  return listed(run(remotes, 'help'));
}

export function remotesHelp(command: string): string {
  return run(remotes, command, '--help');
}

function listed(help: string): Set<string> {
  return new Set([...help.matchAll(/^ {2}([a-z_-]+) {2,}/gm)].map(([, name = '']) => name));
}

const said = new Map<string, string>();

function run(program: string, ...args: string[]): string {
  const key = [program, ...args].join(' ');
  const known =
    said.get(key) ?? execFileSync(process.execPath, [`${root}${program}`, ...args], { encoding: 'utf8' });
  said.set(key, known);
  return known;
}

/** Every option that a help names. */
export function optionsOf(help: string): Set<string> {
  return new Set([...help.matchAll(/(?<![\w-])--[a-z][a-z_-]*/g)].map(([option]) => option));
}
