import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { addHosts } from '../domain/silent-hosts.ts';
import { createFleet } from '../domain/small-fleet.ts';
import { administer } from './program.ts';

describe('remotes-server hosts', () => {
  eachDatabase((open) => {
    test('lists hosts in a table that fits, with what is not offered to them and why', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      await addHosts(
        database,
        { name: 'web1', groups: ['All hosts', 'web'] },
        { name: `a-very-long-name-${'x'.repeat(80)}`, state: 'pending', needsApproval: true },
        { name: 'old', state: 'disabled', groups: [] },
      );
      await fleet.define({ interpreter: 'node' });
      await fleet.define({ interpreter: 'node' });
      const hourAgo = Date.now() - 3600_000;
      await database.write((tables) =>
        tables.hosts.recordVisits([
          {
            hostId: 1,
            at: hourAgo,
            usualIntervalMs: 60_000,
            address: '192.0.2.7',
            clientAgent: 'Django \u001b[31mRemotes',
            clientVersion: '0.3.2',
          },
        ]),
      );
      const { status, stdout, stderr } = await administer(database, 'hosts');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toEqual([
        expect.stringMatching(/^ID +NAME +STATE +LAST SEEN +ADDRESS +VIA +CLIENT +GROUPS$/),
        expect.stringMatching(
          /^1 +web1 +verified +60 min ago, away +192\.0\.2\.7 +v1 +Django .*All hosts, web$/,
        ),
        "    2 commands not offered: node needs Remotes' own protocol",
        expect.stringMatching(/^2 +a-very-long-na\S*… +pending +never +v1 .*All hosts$/),
        '    waits for approval: remotes-server hosts approve 2',
        expect.stringMatching(/^3 +old +disabled +never +v1$/),
      ]);
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
      expect((await administer(database, 'hosts', 'list')).stdout).toBe(stdout);
    });

    test('lists hosts for programs', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const [host] = await addHosts(database, { name: 'web1' });
      const id = await fleet.define({ name: 'look', interpreter: 'powershell' });
      const { stdout } = await administer(database, 'hosts', '--json');
      expect(JSON.parse(stdout)).toEqual([
        {
          id: 1,
          uuid: host?.uuid,
          name: 'web1',
          state: 'verified',
          is_away: false,
          needs_approval: false,
          hosts_groups: ['All hosts'],
          registered_at: '2026-01-01T00:00:00.000Z',
          verified_at: '2026-01-01T00:00:00.000Z',
          last_seen_at: null,
          usual_interval_seconds: null,
          last_address: null,
          protocol: 'v1',
          channel_key_enrolled_at: null,
          facts: null,
          client_agent: null,
          client_version: null,
          not_offered: [
            { commands: [{ number: id, name: 'look' }], reason: "powershell needs Remotes' own protocol" },
          ],
        },
      ]);
    });

    test('says which hosts have proved a channel key, and what hosts say of themselves', async () => {
      const database = await open();
      const channelKey = Buffer.alloc(32, 1).toString('base64url');
      await addHosts(database, {
        name: 'web1',
        channelKey,
        channelKeyEnrolledAt: 0,
        facts: '{"hostname":"web1.example"}',
      });
      const { stdout } = await administer(database, 'hosts', '--json');
      expect(JSON.parse(stdout)).toMatchObject([
        {
          protocol: 'sealed',
          channel_key_enrolled_at: '1970-01-01T00:00:00.000Z',
          facts: { hostname: 'web1.example' },
        },
      ]);
      expect((await administer(database, 'hosts')).stdout).toMatch(/^1 +web1 +verified +never +sealed/m);
    });

    test('says how to let the first host in', async () => {
      expect(await administer(await open(), 'hosts')).toEqual({
        status: 0,
        stdout: '',
        stderr:
          'There are no hosts yet: "remotes-server registration_token" prints a token that lets one in.\n',
      });
    });

    test('approves, disables and enables, and says what will run', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      await addHosts(database, { name: 'web', state: 'pending', needsApproval: true }, { name: 'db' });
      await fleet.define();
      const hosts = async (...args: string[]) => (await administer(database, 'hosts', ...args)).stdout;
      expect(await hosts('disable', 'web', '2')).toBe('Disabled: web, db.\n');
      expect(await hosts('enable', 'web')).toBe('Enabled: web (waits for approval).\n');
      expect(await hosts('approve', '000001')).toBe('Approved: web.\nCommands will run on 1 host.\n');
      expect(await hosts('approve', 'web')).toBe('Approved before: web.\n');
      expect(JSON.parse(await hosts('enable', 'db', 'web', '--json'))).toMatchObject({
        changed: [{ id: 2, name: 'db', state: 'verified' }],
        unchanged: [{ id: 1, name: 'web', state: 'verified' }],
        will_run_on_hosts: 1,
      });
    });

    test('wants --yes N for what runs on more hosts than confirm_above_hosts', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      await addHosts(database, ...Array.from({ length: 11 }, () => ({ state: 'disabled' as const })));
      await fleet.define();
      const all = Array.from({ length: 11 }, (_, index) => String(index + 1));
      expect(await administer(database, 'hosts', 'enable', ...all)).toEqual({
        status: 1,
        stdout: '',
        stderr: 'Commands will run on 11 hosts. To go ahead, say --yes 11.\n',
      });
      const json = await administer(database, 'hosts', 'enable', '--json', '--yes', '10', ...all);
      expect(json.status).toBe(1);
      expect(JSON.parse(json.stdout)).toEqual({
        error: {
          code: 'needs_yes',
          message: 'Commands will run on 11 hosts, and 10 were agreed to. To go ahead, say --yes 11.',
          hosts: 11,
        },
      });
      const agreed = await administer(database, 'hosts', 'enable', '--yes', '11', ...all);
      expect(agreed.stdout).toMatch(/^Enabled: 000001, .*, 000011\.\nCommands will run on 11 hosts\.\n$/);
    });

    test('groups, ungroups and renames', async () => {
      const database = await open();
      await addHosts(database, {}, { groups: ['web'] });
      const hosts = async (...args: string[]) => (await administer(database, 'hosts', ...args)).stdout;
      expect(await hosts('rename', '1', 'web one')).toBe(
        'Host 1 is called "web one" now; it was "000001".\n',
      );
      expect(await hosts('group', 'web', 'web one', '2')).toBe(
        'In "web" now: web one.\nIn "web" before: 000002.\n',
      );
      expect(await hosts('ungroup', 'web', '2')).toBe('Out of "web" now: 000002.\n');
      expect(await hosts('ungroup', 'web', '2')).toBe('Not in "web" before: 000002.\n');
      expect(JSON.parse(await hosts('rename', '2', 'db', '--json'))).toMatchObject({
        host: { id: 2, name: 'db' },
        former_name: '000002',
      });
    });

    test('removes hosts; those with past runs when N is agreed to', async () => {
      const database = await open();
      await addHosts(database, { name: 'web' }, { name: 'db' });
      await database.write((tables) =>
        tables.runs.add({
          id: crypto.randomUUID(),
          jobId: crypto.randomUUID(),
          hostId: 1,
          wireNumber: 7,
          commandName: 'gone',
          revision: 1,
          attempt: 1,
          state: 'delivered',
          inputs: '{}',
          interpreter: 'python',
          deliveredAt: 0,
        }),
      );
      expect((await administer(database, 'hosts', 'remove', 'db')).stdout).toBe('Removed: db.\n');
      expect(await administer(database, 'hosts', 'remove', 'web')).toEqual({
        status: 1,
        stdout: '',
        stderr:
          'This host goes for good, with everything saved for it and the past runs and output of "web". A host that registers again is a new one, and runs the commands of its groups anew. To go ahead, say --yes 1.\n',
      });
      expect((await administer(database, 'hosts', 'remove', 'web', '--yes', '1')).stdout).toBe(
        'Removed: web.\n',
      );
      expect(await database.storage.tables.hosts.list()).toEqual([]);
    });

    test.each([
      [['approve', 'nobody'], 'There is no host "nobody": the list of hosts has them by name and id.'],
      [['disable', 'a', 'b'], 'There are no hosts "a", "b": the list of hosts has them by name and id.'],
      [['enable', '99999999999999999999'], 'There is no host "99999999999999999999"'],
      [['rename', '1', '7'], '"7" reads like the id of another host'],
      [['group', 'none', '1'], 'There is no hosts group "none"; there are: "All hosts".'],
      [['remove', '00000000-0000-4000-8000-000000000000'], 'There is no host "00000000-'],
    ])('%j is refused in one sentence', async (args, sentence) => {
      const database = await open();
      await addHosts(database, {});
      const { status, stdout, stderr } = await administer(database, 'hosts', ...args);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(sentence);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(await database.storage.tables.hosts.list()).toMatchObject([
        { name: '000001', state: 'verified' },
      ]);
    });
  });

  test.each([
    [
      ['frobnicate'],
      'It cannot "frobnicate": it knows list, approve, disable, enable, group, ungroup, rename, allow-v1, remove.',
    ],
    [['approve'], '"hosts approve" takes HOST…, not nothing.'],
    [['rename', 'web'], '"hosts rename" takes HOST NAME, not "web".'],
    [['rename', 'a', 'b', 'c'], '"hosts rename" takes HOST NAME, not "a b c".'],
    [['group', 'web'], '"hosts group" takes GROUP HOST…, not "web".'],
    [['list', 'web'], '"hosts list" takes no words, not "web".'],
    [['disable', 'web', '--yes', '1'], '--yes means nothing to "hosts disable".'],
    [['enable', 'web', '--yes', 'many'], '--yes must be a whole number from 1 up, not "many".'],
    [['enable', 'web', '--yes', '1', '--yes', '20'], '--yes can be given once, and is given twice.'],
    [['--force'], "Unknown option '--force'"],
  ])('does not understand %j, and says so', async (args, sentence) => {
    const { status, stdout, stderr } = await administer(
      { dataFolder: '/nonexistent', databaseUrl: undefined },
      'hosts',
      ...args,
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('"remotes-server hosts --help" explains it.\n');
  });
});
