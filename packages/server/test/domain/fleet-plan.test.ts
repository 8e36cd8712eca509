import type { FleetCommand, FleetFile } from '@remotes/protocol/values/fleet-file';
import { describe, expect, test } from 'vitest';
import { describeChanges } from '../../src/domain/fleet-changes.ts';
import { type FleetRequest, planFleet } from '../../src/domain/fleet-plan.ts';
import type { FleetState } from '../../src/domain/fleet-state.ts';
import { sampleCommand, sampleCommandsGroup, sampleHost } from '../storage/sample-rows.ts';

const host = {
  ...sampleHost(),
  id: 7,
  name: 'web1',
  state: 'verified',
  verifiedAt: 1,
  lastSeenAt: null,
  usualIntervalMs: null,
  lastAddress: null,
  clientAgent: null,
  clientVersion: null,
  channelKey: null,
  channelKeyEnrolledAt: null,
  facts: null,
  capability: null,
  boot: null,
  journalId: null,
  toldStoreId: null,
  sessionsFrom: null,
  counterFrom: null,
} as const;
const other = { ...host, id: 8, uuid: crypto.randomUUID(), name: '000008' };

const command = (id: number, name: string, commandsGroupId = 1) => ({
  ...sampleCommand(commandsGroupId, { name, settings: [], variables: [], outputVariables: [] }),
  id,
  revision: 1,
});

/** Two hosts, a group with one of them, and commands groups with a command each. */
const state: FleetState = {
  hosts: [host, other],
  hostsGroups: [
    { id: 1, name: 'All hosts', isActive: true },
    { id: 2, name: 'Web', isActive: true },
  ],
  memberIds: new Map([[2, new Set([7])]]),
  settings: [
    { name: 'greeting', value: 'Hello', description: '', isSecret: false, isActive: true },
    { name: 'password', value: 'v1.sealed', description: '', isSecret: true, isActive: true },
    { name: 'server_url', value: 'https://a.example/', description: '', isSecret: false, isActive: true },
  ],
  variables: [
    { id: 1, category: 'facts', name: 'hostname' },
    { id: 2, category: 'facts', name: 'kernel' },
    { id: 3, category: 'old', name: 'kernel' },
  ],
  commandsGroups: [
    { ...sampleCommandsGroup(2, 'Base'), id: 1 },
    { ...sampleCommandsGroup(1, 'Extra'), id: 2, position: 2 },
  ],
  commands: [command(1, 'Facts'), command(2, 'More', 2)],
};

function plan(file: FleetFile, differing: Partial<FleetRequest> & { in?: FleetState } = {}) {
  const { in: before = state, ...request } = differing;
  return planFleet(before, () => undefined, { file, sealedValues: {}, isPruning: false, ...request });
}

function problems(file: FleetFile, differing?: Parameters<typeof plan>[1]) {
  return plan(file, differing).findings.problems.map(({ at, sentence }) => `${at.join('.')}: ${sentence}`);
}

function changes(file: FleetFile, differing?: Parameters<typeof plan>[1]) {
  const { plan: planned, findings } = plan(file, differing);
  expect(findings.problems).toEqual([]);
  return describeChanges(planned).map(({ action, kind, name, details }) =>
    [action, kind, name, ...details].join(' | '),
  );
}

const base = (commands: FleetCommand[], more: object = {}): FleetFile => ({
  commands_groups: [{ name: 'Base', hosts_group: 'Web', order: 1, commands, ...more }],
});
const facts: FleetCommand = {
  name: 'Facts',
  description: 'how long it has been up',
  order: 1,
  timeout: 15,
  command: 'print("é")',
};

describe('hosts of a hosts group', () => {
  test('are named by name, by id with or without zeros, or by uuid', () => {
    for (const reference of ['000008', '8', other.uuid]) {
      expect(changes({ hosts_groups: [{ name: 'Web', hosts: [reference] }] })).toEqual([
        'change | hosts_group | Web | add host 000008',
      ]);
    }
  });

  test('are added by "hosts" and replaced by "hosts_exact"', () => {
    expect(changes({ hosts_groups: [{ name: 'Web', hosts: ['web1'] }] })).toEqual([]);
    expect(changes({ hosts_groups: [{ name: 'Web', hosts: [] }] })).toEqual([]);
    expect(changes({ hosts_groups: [{ name: 'Web', hosts_exact: ['8'] }] })).toEqual([
      'change | hosts_group | Web | add host 000008 | take out host web1',
    ]);
    expect(changes({ hosts_groups: [{ name: 'Web', hosts_exact: [] }] })).toEqual([
      'change | hosts_group | Web | take out host web1',
    ]);
  });

  test('must be there, once, and in one way', () => {
    expect(
      problems({ hosts_groups: [{ name: 'Web', hosts: ['web2'], hosts_exact: ['7', 'web1'] }] }),
    ).toEqual([
      'hosts_groups.0.hosts_exact: Say "hosts" to add hosts or "hosts_exact" to name all of them, not both',
      'hosts_groups.0.hosts_exact.1: The host "web1" is there twice',
    ]);
    expect(problems({ hosts_groups: [{ name: 'Web', hosts: ['web2', '99'] }] })).toEqual([
      'hosts_groups.0.hosts.0: There is no host "web2"; did you mean "web1"?',
      'hosts_groups.0.hosts.1: There is no host "99".',
    ]);
  });
});

describe('a name that stands twice', () => {
  test('is told with both places', () => {
    const twice: FleetFile = {
      hosts_groups: [{ name: 'a' }, { name: 'a' }],
      settings: [
        { name: 's', value: '1' },
        { name: 's', value: '2' },
      ],
      variables: [
        { category: 'c', name: 'n' },
        { category: 'c', name: 'n' },
      ],
      commands_groups: [
        { name: 'g', hosts_group: 'a', commands: [facts, facts] },
        { name: 'g', hosts_group: 'a' },
      ],
    };
    const found = plan(twice).findings.problems;
    expect(found.map(({ at, sentence, earlier }) => [at.join('.'), sentence, earlier?.join('.')])).toEqual([
      ['hosts_groups.1', 'The hosts group "a" is there twice', 'hosts_groups.0'],
      ['settings.1', 'The setting "s" is there twice', 'settings.0'],
      ['variables.1', 'The variable "c/n" is there twice', 'variables.0'],
      ['commands_groups.1', 'The commands group "g" is there twice', 'commands_groups.0'],
      [
        'commands_groups.0.commands.1',
        'The command "Facts" of the commands group "g" is there twice',
        'commands_groups.0.commands.0',
      ],
    ]);
  });
});

describe('"was"', () => {
  test('renames a command, which stays the one that it is', () => {
    const { plan: planned } = plan(base([{ ...facts, name: 'Host facts', was: 'Facts' }]));
    expect(planned.commands.find(({ isNamed }) => isNamed)?.former?.id).toBe(1);
    expect(changes(base([{ ...facts, name: 'Host facts', was: 'Facts' }]))).toEqual([
      'change | command | Base/Host facts | was "Facts"',
    ]);
  });

  test('is passed over once it is done', () => {
    expect(changes(base([{ ...facts, was: 'Facts of old' }]))).toEqual([]);
  });

  test('that names nothing is a problem, as it must not become a new command that runs everywhere', () => {
    expect(problems(base([facts, { ...facts, name: 'New', was: 'Fcats' }]))).toEqual([
      'commands_groups.0.commands.1.was: There is no command "Fcats" to rename: correct "was", or leave it out to add a new command.',
    ]);
    expect(problems({ hosts_groups: [{ name: 'x', was: 'y' }] })).toHaveLength(1);
    expect(problems({ commands_groups: [{ name: 'x', was: 'y', hosts_group: 'Web' }] })).toHaveLength(1);
  });

  test('that names nothing is passed over on a server without commands', () => {
    const empty = { ...state, commands: [], commandsGroups: [] };
    expect(problems(base([{ ...facts, name: 'New', was: 'Facts' }]), { in: empty })).toEqual([]);
  });

  test('moves a command from another commands group when that is named with it', () => {
    const moved = base([facts, { ...facts, name: 'More', order: 2, was: 'Extra/More' }]);
    expect(changes(moved)).toEqual([
      'change | command | Base/More | from commands group "Extra" | order 1 → 2',
    ]);
  });

  test('cannot name what the file names for itself', () => {
    const [problem] = plan(base([{ ...facts, name: 'New', was: 'Facts' }, facts])).findings.problems;
    expect(problem).toEqual({
      at: ['commands_groups', 0, 'commands', 0, 'was'],
      sentence: '"Facts" cannot be renamed to "New", as the file names it for itself too',
      earlier: ['commands_groups', 0, 'commands', 1],
    });
  });

  test('of which two commands are the former name is a problem', () => {
    const namesakes: FleetState = {
      ...state,
      commandsGroups: [
        { ...sampleCommandsGroup(2, 'Base'), id: 1 },
        { ...sampleCommandsGroup(1, 'a/b'), id: 2 },
        { ...sampleCommandsGroup(1, 'a'), id: 3 },
      ],
      commands: [command(1, 'Facts'), command(2, 'c', 2), command(3, 'b/c', 3)],
    };
    expect(problems(base([{ ...facts, name: 'New', was: 'a/b/c' }]), { in: namesakes })).toEqual([
      'commands_groups.0.commands.0.was: More than one command can be meant by "a/b/c".',
    ]);
  });

  test('renames groups, and what stands in them goes along', () => {
    const file: FleetFile = {
      hosts_groups: [{ name: 'Web servers', was: 'Web' }],
      commands_groups: [{ name: 'Basics', was: 'Base', hosts_group: 'Web servers', commands: [facts] }],
    };
    expect(changes(file)).toEqual([
      'change | hosts_group | Web servers | was "Web"',
      'change | commands_group | Basics | was "Base"',
    ]);
    expect(changes({ hosts_groups: [{ name: 'Web servers', was: 'Web' }] })).toEqual([
      'change | hosts_group | Web servers | was "Web"',
    ]);
    expect(problems({ ...file, commands_groups: [{ name: 'Base', hosts_group: 'Web' }] })).toEqual([
      'commands_groups.0.hosts_group: There is no hosts group "Web": add it under "hosts_groups".',
    ]);
  });

  test('left out of a command that went to another group is noted, as it runs once more', () => {
    const { notes } = plan(base([facts, { ...facts, name: 'More' }])).findings;
    expect(notes).toEqual([
      {
        at: ['commands_groups', 0, 'commands', 1],
        sentence:
          'A command "More" stands in the commands group "Extra"; if this is the same one, say "was: Extra/More" and it does not run again.',
      },
    ]);
  });

  test('of the hosts group that new hosts join is noted', () => {
    const { notes } = plan({ hosts_groups: [{ name: 'Everybody', was: 'All hosts' }] }).findings;
    expect(notes.map(({ sentence }) => sentence)).toEqual([
      'New hosts still join "All hosts", which is made anew when one comes: set "hosts_group_auto_add" to "Everybody".',
    ]);
  });
});

describe('what a command is handed', () => {
  const withInputs = (inputs: Partial<FleetCommand>, more: FleetFile = {}): FleetFile => ({
    ...more,
    ...base([{ ...facts, ...inputs }]),
  });

  test('may be defined in the same file', () => {
    const file = withInputs(
      { settings: ['new'], variables: ['c/n'], output_variables: ['n'] },
      { settings: [{ name: 'new', value: '1' }], variables: [{ category: 'c', name: 'n' }] },
    );
    expect(problems(file)).toEqual([]);
  });

  test('must be there', () => {
    expect(problems(withInputs({ settings: ['greting', 'x'], variables: ['facts/hostnam'] }))).toEqual([
      'commands_groups.0.commands.0.settings.0: There is no setting "greting"; did you mean "greeting"?',
      'commands_groups.0.commands.0.settings.1: There is no setting "x": add it under "settings".',
      'commands_groups.0.commands.0.variables.0: There is no variable "facts/hostnam"; did you mean "facts/hostname"?',
    ]);
  });

  test('is a bare variable name only where one variable has it', () => {
    expect(problems(withInputs({ variables: ['hostname'] }))).toEqual([]);
    expect(problems(withInputs({ output_variables: ['kernel'] }))).toEqual([
      'commands_groups.0.commands.0.output_variables.0: More than one variable is called "kernel": write "facts/kernel" or "old/kernel".',
    ]);
  });

  test('reaches the program under names of its own', () => {
    expect(problems(withInputs({ variables: ['facts/kernel', 'old/kernel'] }))).toEqual([
      'commands_groups.0.commands.0.variables.1: "facts/kernel" and "old/kernel" would both be handed over as "kernel"',
    ]);
    expect(problems(withInputs({ output_variables: ['facts/kernel', 'old/kernel'] }))).toEqual([]);
    expect(problems(withInputs({ settings: ['greeting', 'greeting'] }))).toEqual([
      'commands_groups.0.commands.0.settings.1: The setting "greeting" is there twice',
    ]);
  });

  test('a clash of names in the environment is refused, where the program finds its inputs there', () => {
    const clashing = (interpreter: 'bash' | 'sh' | 'powershell' | 'python' | 'node') =>
      problems(
        withInputs(
          { interpreter, settings: ['db-password', 'DB.Password'], variables: ['c/a b', 'c/A_B'] },
          {
            settings: [
              { name: 'db-password', value: '1' },
              { name: 'DB.Password', value: '2' },
            ],
            variables: [
              { category: 'c', name: 'a b' },
              { category: 'c', name: 'A_B' },
            ],
          },
        ),
      );
    for (const interpreter of ['bash', 'sh', 'powershell'] as const) {
      expect(clashing(interpreter)).toEqual([
        'commands_groups.0.commands.0.settings.1: "db-password" and "DB.Password" would both be REMOTES_SETTING_DB_PASSWORD in the environment',
        'commands_groups.0.commands.0.variables.1: "a b" and "A_B" would both be REMOTES_VARIABLE_A_B in the environment',
      ]);
    }
    expect(clashing('python')).toEqual([]);
    expect(clashing('node')).toEqual([]);
  });
});

describe('a setting', () => {
  test('needs a value, unless it is a secret that is stored', () => {
    expect(problems({ settings: [{ name: 'password' }, { name: 'password2', secret: true }] })).toEqual([
      'settings.1: No value is stored here for the secret setting "password2": give it one.',
    ]);
    expect(problems({ settings: [{ name: 'greeting' }] })).toEqual([
      'settings.0: The setting "greeting" needs a value; write "" for an empty one.',
    ]);
    expect(problems({ settings: [{ name: 'greeting', secret: true }] })).toEqual([
      'settings.0: The setting "greeting" is not stored as a secret yet: give its value too.',
    ]);
    expect(problems({ settings: [{ name: 'password', secret: false }] })).toEqual([
      'settings.0: The setting "password" needs a value; write "" for an empty one.',
    ]);
  });

  test('that steers the server must be fit for it', () => {
    const settings = [
      { name: 'confirm_above_hosts', value: 'many' },
      { name: 'server_url', value: 'remotes.example.com' },
      { name: 'app_name', value: 'x', secret: true },
    ];
    expect(problems({ settings })).toEqual([
      'settings.0.value: "confirm_above_hosts" must be a whole number of hosts.',
      'settings.1.value: "server_url" must be a URL such as https://remotes.example.com/.',
      'settings.2: The setting "app_name" steers the server and cannot be secret.',
    ]);
  });

  test('says nothing of a secret value, nor of one that becomes a secret or is none any more', () => {
    const sealedValues = {
      password: { sealed: 'v1.new', sameAs: null, digest: '', former: null },
      greeting: { sealed: 'v1.new', sameAs: null, digest: '', former: null },
      fresh: { sealed: 'v1.new', sameAs: null, digest: '', former: null },
    };
    const settings = [
      { name: 'password', value: 'hunter2' },
      { name: 'greeting', value: 'hunter2', secret: true },
      { name: 'fresh', value: 'hunter2', secret: true },
    ];
    expect(changes({ settings }, { sealedValues })).toEqual([
      'change | setting | password | another value (secret)',
      'change | setting | greeting | another value (secret) | becomes a secret',
      'add | setting | fresh | (secret)',
    ]);
    expect(changes({ settings: [{ name: 'password', value: 'hunter2', secret: false }] })).toEqual([
      'change | setting | password | another value (secret) | is no secret any more',
    ]);
  });
});

describe('a commands group', () => {
  test('must be meant for a hosts group that there is, and open at some time', () => {
    const window = { after: '2026-01-02T00:00:00Z', before: '2026-01-02T01:00:00+01:00' };
    expect(problems({ commands_groups: [{ name: 'g', hosts_group: 'Wbe', ...window }] })).toEqual([
      'commands_groups.0.hosts_group: There is no hosts group "Wbe"; did you mean "Web"?',
      'commands_groups.0.before: The window is never open: "before" must be later than "after"',
    ]);
    expect(
      problems({ commands_groups: [{ name: 'g', hosts_group: 'Web', after: '2026-02-30T00:00:00Z' }] }),
    ).toEqual([
      'commands_groups.0.after: "2026-02-30T00:00:00Z" is no moment that there is: write it like 2026-01-31T08:00:00Z.',
    ]);
  });

  test('stands where the file says, else after the one before it', () => {
    const groups = ['a', 'b', 'c'].map((name) => ({ name, hosts_group: 'Web' }));
    groups[1] = { ...groups[1]!, ...{ order: 10 } };
    const { plan: planned } = plan({ commands_groups: groups });
    expect(planned.commandsGroups.slice(0, 3).map(({ wanted }) => wanted?.position)).toEqual([1, 10, 11]);
  });
});

describe('a command', () => {
  test('that says nothing else is Python, active, and has a minute and one attempt', () => {
    const { plan: planned } = plan(base([{ name: 'New', command: 'x' }]));
    expect(planned.commands[0]?.wanted).toMatchObject({
      interpreter: 'python',
      isActive: true,
      timeoutSeconds: 60,
      attempts: 1,
      description: '',
    });
  });

  test('for an interpreter that v1 hosts are not offered is noted', () => {
    const { notes } = plan(base([facts, { name: 'New', command: 'x', interpreter: 'powershell' }])).findings;
    expect(notes.map(({ sentence }) => sentence)).toEqual([
      'The command "New" is written for powershell: hosts on the v1 wire are not offered it.',
    ]);
  });

  test('that is edited says what makes a new revision of it', () => {
    expect(changes(base([{ ...facts, command: 'print(2)', timeout: 30 }]))).toEqual([
      'change | command | Base/Facts | program | time-out in seconds 15 → 30 | does not run again where it ran',
    ]);
    expect(changes(base([{ ...facts, description: 'other', active: false }]))).toEqual([
      'change | command | Base/Facts | not active | description',
    ]);
  });
});

describe('pruning', () => {
  const pruned = (file: FleetFile) => changes(file, { isPruning: true });

  test('removes what the file does not name, last of all', () => {
    expect(
      pruned({ commands_groups: [{ name: 'Base', hosts_group: 'Web', order: 1, commands: [] }] }),
    ).toEqual([
      'remove | commands_group | Extra',
      'remove | command | Base/Facts',
      'remove | command | Extra/More',
    ]);
    expect(pruned({ variables: [{ category: 'facts', name: 'hostname' }] })).toEqual([
      'remove | variable | facts/kernel',
      'remove | variable | old/kernel',
    ]);
  });

  test('leaves alone what the file has no section for', () => {
    expect(pruned({})).toEqual([]);
    expect(pruned({ commands_groups: [{ name: 'Base', hosts_group: 'Web', order: 1 }] })).toEqual([
      'remove | commands_group | Extra',
      'remove | command | Extra/More',
    ]);
  });

  test('keeps the settings that steer the server and the hosts group that new hosts join', () => {
    expect(pruned({ settings: [], hosts_groups: [], commands_groups: [] })).toEqual([
      'remove | hosts_group | Web',
      'remove | setting | greeting',
      'remove | setting | password',
      'remove | commands_group | Base',
      'remove | commands_group | Extra',
      'remove | command | Base/Facts',
      'remove | command | Extra/More',
    ]);
  });

  test('keeps what is still used', () => {
    const file = base([
      { ...facts, settings: ['greeting'], variables: ['hostname'], output_variables: ['old/kernel'] },
    ]);
    expect(pruned({ ...file, hosts_groups: [], settings: [], variables: [] })).toEqual([
      'change | command | Base/Facts | settings | variables | output variables | does not run again where it ran',
      'remove | setting | password',
      'remove | variable | facts/kernel',
      'remove | commands_group | Extra',
      'remove | command | Extra/More',
    ]);
  });

  test('takes no command that the file moves out of a group which goes', () => {
    const moved = base([facts, { ...facts, name: 'More', order: 2, was: 'Extra/More' }]);
    expect(pruned(moved)).toEqual([
      'change | command | Base/More | from commands group "Extra" | order 1 → 2',
      'remove | commands_group | Extra',
    ]);
  });
});
