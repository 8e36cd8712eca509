import { describe, expect, test } from 'vitest';
import { readFleetFile } from '../../../src/domain/fleet-file/fleet-file-reading.ts';

const problemsOf = (text: string) =>
  readFleetFile(text).problems.map(({ line, sentence }) => `${line}: ${sentence}`);

describe('readFleetFile', () => {
  test('reads what is typed without quotes as it is written wherever a text is asked for', () => {
    const { file, problems } = readFleetFile(`
hosts_groups: [{name: 42, hosts: [000147, web1]}]
settings: [{name: a, value: 1.10}, {name: b, value: true}, {name: c, value: 0x1F}, {name: d, value: ''}]
variables: [{category: 1, name: x, values: {000147: 007}}]
`);
    expect(problems).toEqual([]);
    expect(file?.hosts_groups).toEqual([{ name: '42', hosts: ['000147', 'web1'] }]);
    expect(file?.settings?.map(({ value }) => value)).toEqual(['1.10', 'true', '0x1F', '']);
    expect(file?.variables).toEqual([{ category: '1', name: 'x', values: { '000147': '007' } }]);
  });

  test('reads numbers, switches and open windows', () => {
    const { file } = readFleetFile(`
commands_groups:
  - {name: g, hosts_group: h, order: 3, after: null, before: , active: false, stop_on_failure: true}
`);
    expect(file?.commands_groups).toEqual([
      {
        name: 'g',
        hosts_group: 'h',
        order: 3,
        after: null,
        before: null,
        active: false,
        stop_on_failure: true,
      },
    ]);
  });

  test('reads JSON', () => {
    expect(readFleetFile('{"settings": [{"name": "a", "value": "b"}]}').file).toEqual({
      settings: [{ name: 'a', value: 'b' }],
    });
  });

  test('reads a program once for all commands that share it by an anchor', () => {
    const { file, locate } = readFleetFile(`
commands_groups:
  - name: g
    hosts_group: h
    commands:
      - {name: one, command: &program "print(1)"}
      - {name: two, command: *program}
`);
    expect(file?.commands_groups?.[0]?.commands?.[1]).toEqual({ name: 'two', command: 'print(1)' });
    const at = ['commands_groups', 0, 'commands', 1, 'command'];
    expect(locate([{ at, sentence: 'Here.' }])).toEqual([{ line: 7, sentence: 'Here.' }]);
  });

  test('keeps names that mean something to JavaScript', () => {
    const { file, problems } = readFleetFile(`
variables: [{category: c, name: n, values: {__proto__: a, constructor: b}}]
`);
    expect(problems).toEqual([]);
    expect(Object.entries(file?.variables?.[0]?.values ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(problemsOf('toString: 1')).toEqual([expect.stringMatching(/^1: A fleet file has no "toString"/)]);
  });

  test('tells everything that is wrong at once, each with its line', () => {
    const text = `setings: []
hosts_groups:
  - name: " padded"
    active: yes
  - hosts: web1
settings:
commands_groups:
  - name: g
    hosts_group: h
    name: again
    timeout: 3
    after: 2026-01-01T00:00:00
    commands:
      - name: c
        timeout: 0
        attempts: 1.5
        interpreter: perl
      - a text
`;
    expect(problemsOf(text)).toEqual([
      '1: A fleet file has no "setings"; did you mean "settings"?',
      '3: "name" must be one line of text without control characters, and without white space at its ends.',
      '4: "active" must be true or false, not "yes".',
      '5: "hosts" must be a list, not "web1".',
      '5: This hosts group has no "name".',
      '6: "settings" has no value: write [] for an empty list.',
      '10: "name" is there twice (see line 8).',
      '11: A commands group has no "timeout": it can hold name, was, hosts_group, order, after, before, active, stop_on_failure, commands.',
      '12: "after" must be a date and time with its zone, such as 2026-01-31T08:00:00Z or 2026-01-31T09:00:00+01:00.',
      '14: This command has no "command".',
      '15: "timeout" must be a whole number from 1 to 604800, not "0".',
      '16: "attempts" must be a whole number from 1 to 100, not "1.5".',
      '17: "interpreter" must be one of python, bash, sh, node, powershell, not "perl".',
      '18: Each item of "commands" must be a mapping, with "name: value" lines, not "a text".',
    ]);
  });

  test.each([
    ['a NUL', 'settings: [{name: a, value: "x\\0"}]', '1: "value" must be text without NUL characters.'],
    [
      'half a character',
      'settings: [{name: a, value: "\\ud800"}]',
      '1: "value" must be text; it holds half of a character.',
    ],
    ['an empty name', 'settings: [{name: "", value: x}]', '1: "name" must not be empty.'],
    [
      'a slash in a variable',
      'variables: [{category: a/b, name: x}]',
      /^1: "category" must be .* without "\/"/,
    ],
    [
      'no name before a colon',
      'settings: [{name: a, value: x, : y}]',
      '1: The name before ":" must be a text.',
    ],
    [
      'an empty file',
      '# nothing\n',
      '1: The file has no value: it must be a mapping, with "name: value" lines.',
    ],
  ])('refuses %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });

  test.each([
    ['an open quote', 'settings:\n  - name: "a\n', /^\d: This is not YAML: .*"quote\.$/],
    ['a tab', 'settings:\n\t- name: a\n', /^2: A tab cannot indent/],
    ['two documents', 'settings: []\n---\nsettings: []\n', /^2: The file holds more than one document/],
    ['an unknown tag', 'settings: !!set []\n', /^1: /],
    ['an unknown anchor', 'settings: *nowhere\n', /^1: This is not YAML/],
  ])('refuses %s, which is not the YAML that it reads', (_, text, problem) => {
    expect(readFleetFile(text).file).toBeUndefined();
    expect(problemsOf(text)[0]).toMatch(problem);
  });

  test('goes on where something is wrong that leaves the rest clear', () => {
    const { file, problems } = readFleetFile('settings: [{name: a, value: x, valeu: y}]');
    expect(problems).toHaveLength(1);
    expect(file).toEqual({ settings: [{ name: 'a', value: 'x' }] });
  });

  test('says no more of a place than it has said itself', () => {
    const { locate } = readFleetFile(
      'commands_groups: [{name: g, hosts_group: h, after: never}]\nsettings: []',
    );
    const at = ['commands_groups', 0, 'after'];
    expect(locate([{ at, sentence: 'No.' }])).toEqual([]);
  });
});
