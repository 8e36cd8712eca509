import { describe, expect, test } from 'vitest';
import { commonOptions } from '../src/command.ts';
import { commands } from '../src/commands.ts';
import { overview } from '../src/overview.ts';
import { createCli } from './run-cli.ts';

const shapes = await Promise.all(
  Object.entries(commands)
    .filter(([, { summary }]) => summary !== undefined)
    .map(async ([name, { load }]) => [name, await load()] as const),
);

describe('help', () => {
  test('lists every command in a line', () => {
    expect(overview()).toMatchInlineSnapshot(`
      "Usage: remotes COMMAND [options]

        login            sign in at a server
        logout           sign out
        whoami           show as whom you are signed in
        use              choose one of several servers
        run              run something on hosts now, and show what came of it
        jobs             list, watch, stop and repeat what was run
        runs             list what hosts carried out, and stop it
        output           show what a run printed and returned
        hosts            list, watch, approve, disable, rename and remove hosts
        groups           list and change hosts groups
        commands         list and change saved commands
        commands-groups  list and change what they are for, and when
        variables        list, set and compare values of hosts
        settings         list and change settings
        apply            make groups, settings and commands what a file says
        export           write that file
        tokens           make, list and revoke the tokens that let hosts register
        operators        list and change accounts
        account          change your own password and second factor
        sessions         list and end your sessions, and let programs in
        api-tokens       make, list and revoke tokens for programs
        audit            show who did what, and verify the record
        api-log          show the log of requests
        server           show the server's keys, pause and resume it
        completion       print what makes your shell complete these commands

      Each command explains itself with --help.
      To begin with: remotes login URL, then remotes run -g "All hosts" -- uname -a"
    `);
  });

  test.each(shapes)(
    'of %s begins with how it is used, and is no wider than a wide terminal',
    (name, shape) => {
      expect(shape.name).toBe(name);
      expect(shape.help).toMatch(new RegExp(`^Usage: remotes ${name}( |\\n)`));
      expect(shape.help.split('\n').filter((line) => line.length > 130)).toEqual([]);
    },
  );

  test.each(shapes)('of %s names each of its verbs and options, and no other', (name, { help, actions }) => {
    const verbs = Object.keys(actions).filter(Boolean);
    const unnamedVerbs = verbs.filter((verb) => !new RegExp(`(?<![\\w-])${verb}(?![\\w-])`).test(help));
    const options = new Set(Object.values(actions).flatMap((action) => Object.keys(action.options ?? {})));
    // What is said of other commands is theirs.
    const others = new RegExp(`remotes(-server)? (?!${name}\\b)[a-z-]+ [^\\n"]*`, 'g');
    const named = new Set(
      [...help.replaceAll(others, '').matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)].map(
        ([, option = '']) => option,
      ),
    );
    // What "remotes run --help" explains once stands there.
    const missing = [...options].filter((option) => !named.has(option) && !isOfTargets(option));
    const foreign = [...named].filter((option) => !options.has(option) && !(option in commonOptions));
    expect({ name, unnamedVerbs, missing, foreign }).toEqual({
      name,
      unnamedVerbs: [],
      missing: [],
      foreign: [],
    });
  });

  test('--help, -h and help say the same', async () => {
    const cli = createCli();
    const said = await Promise.all([
      cli.run(['hosts', '--help']),
      cli.run(['hosts', '-h']),
      cli.run(['help', 'hosts']),
    ]);
    expect(new Set(said.map(({ stdout }) => stdout)).size).toBe(1);
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
});

/** Shown by their letters where space is short. */
function isOfTargets(option: string): boolean {
  return ['group', 'host', 'where', 'search'].includes(option);
}
