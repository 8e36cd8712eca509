import { execFileSync } from 'node:child_process';
import { root } from './sources.ts';

/** The commands of remotes-server, as its own help lists them. */
export function serverCommands(): Set<string> {
  const lines = runServer('help').matchAll(/^ {2}([a-z_]+) {2,}/gm);
  return new Set([...lines].map(([, name = '']) => name));
}

const helps = new Map<string, string>();

/** What a command says of itself. */
export function serverHelp(command: string): string {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const help = runServer(command, '--help');
  helps.set(command, help);
  return help;
}

function runServer(...args: string[]): string {
  const program = `${root}packages/server/bin/remotes-server.js`;
  return execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' });
}

/** Every option that a help names. */
export function optionsOf(help: string): Set<string> {
  return new Set([...help.matchAll(/(?<![\w-])--[a-z][a-z_-]*/g)].map(([option]) => option));
}
