import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArguments, requireArguments } from '../packages/client/src/arguments.ts';
import { pages, readPage, shellCommands } from './markdown.ts';
import { optionsOf, remotesCommands, remotesHelp, serverCommands, serverHelp } from './program-help.ts';
import { root } from './sources.ts';

const all = pages();

describe('links', () => {
  test.each(all.map((page) => [page.file, page] as const))('of %s lead somewhere', (_, page) => {
    expect(page.links.flatMap((link) => brokenLink(page.file, link))).toEqual([]);
  });
});

describe('commands that a page shows', () => {
  const shown = all.flatMap(({ file, codeBlocks }) =>
    codeBlocks
      .filter(({ language }) => ['sh', 'shell', 'ini', 'console'].includes(language))
      .flatMap(({ text }) => shellCommands(text))
      .map((words) => ({ file, words })),
  );
  const inProse = all.flatMap(({ file, text }) =>
    [...text.matchAll(/`((?:npm run|remotes-server|remotes-client) [^`\n]+)`/g)]
      .flatMap(([, code = '']) => shellCommands(code))
      .map((words) => ({ file, words })),
  );
  const commands = [...shown, ...inProse];

  test('are found', () => {
    expect(shown.length).toBeGreaterThan(20);
  });

  test('exist: npm scripts', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const named = commands.flatMap(({ words }) => (words[0] === 'npm' && words[1] === 'run' ? words[2] : []));
    expect(named.filter((name) => name !== '…' && !(String(name) in scripts))).toEqual([]);
  });

  test('exist: commands and options of remotes-server', () => {
    const known = serverCommands();
    const complaints = commands.flatMap(({ file, words }) => {
      const at = words.findIndex((word) => /(^|\/)remotes-server(\.js)?$/.test(word));
      if (at < 0) return [];
      const [name = 'help', ...args] = words.slice(at + 1);
      if (['help', '--help', '--version', '…', 'COMMAND'].includes(name)) return [];
      // Both spellings are in use: registration_token and registration-token.
      if (!known.has(name.replaceAll('-', '_'))) return [`${file}: there is no "remotes-server ${name}"`];
      const options = optionsOf(serverHelp(name));
      return args
        .filter((arg) => arg.startsWith('--') && arg !== '--help')
        .filter((arg) => !options.has(arg.split('=')[0] ?? ''))
        .map((arg) => `${file}: "remotes-server ${name}" has no ${arg}`);
    });
    expect(complaints).toEqual([]);
  });

  test('exist: commands and options of remotes', () => {
    const known = remotesCommands();
    const complaints = commands.flatMap(({ file, words }) => {
      const at = words.indexOf('remotes');
      if (at < 0 || (at > 0 && words[at - 1] !== 'npx')) return [];
      const end = words.indexOf('--', at);
      const [name = 'help', ...args] = words.slice(at + 1, end < 0 ? undefined : end);
      if (['help', '--help', '…', 'COMMAND'].includes(name)) return [];
      if (!known.has(name)) return [`${file}: there is no "remotes ${name}"`];
      const options = optionsOf(remotesHelp(name));
      return args
        .filter((arg) => arg.startsWith('--') && arg !== '--help')
        .filter((arg) => !options.has(arg.split('=')[0] ?? ''))
        .map((arg) => `${file}: "remotes ${name}" has no ${arg}`);
    });
    expect(complaints).toEqual([]);
  });

  test('are understood by remotes-client', () => {
    const complaints = shown.flatMap(({ file, words }) => {
      const at = words.findIndex((word) => /(^|\/|=)remotes-client(\.cjs)?$/.test(word));
      if (at < 0 || !words.slice(at + 1).some((word) => word.startsWith('-'))) return [];
      // A download names the file, too.
      if (words.slice(0, at).includes('curl')) return [];
      try {
        const flags = readArguments(words.slice(at + 1));
        if (typeof flags !== 'string') requireArguments(flags, 'a token of the environment');
        return [];
      } catch (error) {
        return [`${file}: ${words.join(' ')}: ${(error as Error).message}`];
      }
    });
    expect(complaints).toEqual([]);
  });
});

describe('the command lines of the original are understood', () => {
  const keys = '--private_key host.key --public_key host.pub';
  test.each([
    '--action=status --url http://192.168.1.50/ --settings client.ini',
    '--action=discover --settings client.ini',
    `--action=generate_keys --settings client.ini ${keys}`,
    '--action=host_register --settings client.ini --token secret',
    '--action=host_verify --settings client.ini --token secret',
    `--action new_host --url http://192.168.1.50/ --settings client.ini --token secret ${keys}`,
    '--action=host_status --settings client.ini',
    '--action=commands_list --settings client.ini',
    '--action=command_get --settings client.ini --command 7',
    '--action=commands_process --settings client.ini',
    '--action=commands_monitor --settings client.ini --interval 5',
  ])('%s', (line) => {
    const flags = readArguments(line.split(' '));
    if (typeof flags === 'string') throw new Error(`taken for --${flags}`);
    requireArguments(flags, undefined);
    expect(line).toMatch(new RegExp(`^--action[= ]${flags.action} `));
  });
});

function brokenLink(file: string, link: string): string[] {
  if (/^[a-z]+:/.test(link)) return [];
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), path));
  if (!existsSync(`${root}${target}`)) return [link];
  if (anchor === undefined || !target.endsWith('.md')) return [];
  return readPage(target).headings.some((heading) => heading.anchor === anchor) ? [] : [link];
}
