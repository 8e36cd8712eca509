import { commands } from './commands.ts';

/** What `remotes help` prints: every command in a line. */
export function overview(): string {
  const shown = Object.entries(commands).filter(([, { summary }]) => summary !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: remotes COMMAND [options]',
    '',
    ...lines,
    '',
    'Each command explains itself with --help.',
    'To begin with: remotes login URL, then remotes run -g "All hosts" -- uname -a',
  ].join('\n');
}
