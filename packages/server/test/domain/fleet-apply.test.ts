import type { FleetCommand, FleetFile } from '@remotes/protocol/values/fleet-file';
import { describe, expect, test } from 'vitest';
import type { ApplyRequest } from '../../src/domain/fleet-apply.ts';
import { openSetting } from '../../src/domain/secret-setting.ts';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { createApplier } from './fleet-applying.ts';
import { addHosts } from './silent-hosts.ts';

const facts: FleetCommand = {
  name: 'Facts',
  output_variables: ['hostname'],
  command: '__RESULT__ = ["web1"]',
};
const say: FleetCommand = {
  name: 'Say',
  interpreter: 'bash',
  settings: ['greeting', 'password'],
  variables: ['facts/hostname'],
  command: 'echo',
};
const withCommands = (...commands: FleetCommand[]): FleetFile => ({
  commands_groups: [{ name: 'Base', hosts_group: 'Web', commands }],
});
const whole: FleetFile = {
  hosts_groups: [{ name: 'Web', hosts: ['web1'] }],
  settings: [
    { name: 'greeting', value: 'Hello' },
    { name: 'password', value: 'hunter2', secret: true },
  ],
  variables: [{ category: 'facts', name: 'hostname', values: { web1: 'first' } }],
  ...withCommands(facts, say),
};

async function begin(database: OpenDatabase) {
  const alone = (name: string) => ({ name, groups: [] });
  const [web1, web2, db1] = await addHosts(database, alone('web1'), alone('web2'), alone('db1'));
  const applier = createApplier(database);
  return { ...applier, tables: database.storage.tables, web1: web1!, web2: web2!, db1: db1! };
}

eachDatabase((open) => {
  describe('applying a file', () => {
    test('does all of it in one go, and raises the epoch once', async () => {
      const fleet = await begin(await open());
      const epoch = await fleet.tables.server.epoch();
      const { status, preview } = await fleet.apply(whole);
      expect(status).toBe('applied');
      expect(preview.willRunOn).toBe(1);
      expect(await fleet.tables.server.epoch()).toBe(epoch + 1);
      expect(await fleet.pendingOf(fleet.web1)).toEqual(['Facts', 'Say']);
      expect(await fleet.pendingOf(fleet.web2)).toEqual([]);
      const [hostname] = await fleet.tables.variables.list();
      expect(await fleet.commandNamed('Say')).toMatchObject({
        interpreter: 'bash',
        timeoutSeconds: 60,
        settings: ['greeting', 'password'],
        variables: [{ name: 'hostname', variableId: hostname?.id }],
        position: 2,
      });
      expect((await fleet.commandNamed('Facts')).outputVariables).toEqual([hostname?.id]);
      expect(await fleet.tables.variables.values()).toEqual([
        expect.objectContaining({ hostId: fleet.web1.id, value: 'first', setBy: 'apply' }),
      ]);
    });

    test('changes nothing the second time: no row, no revision, no epoch', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const before = await fleet.everything();
      const { status, preview } = await fleet.apply(whole);
      expect(status).toBe('unchanged');
      expect(preview.changes).toEqual([]);
      expect(await fleet.everything()).toEqual(before);
    });

    test('does nothing of a file that has a problem', async () => {
      const fleet = await begin(await open());
      const before = await fleet.everything();
      const { status, preview } = await fleet.apply({
        ...whole,
        variables: [{ category: 'facts', name: 'hostname', values: { nobody: 'x' } }],
      });
      expect(status).toBe('wrong');
      expect(preview.problems).toHaveLength(1);
      expect(await fleet.everything()).toEqual(before);
    });

    test('only looked at shows the same and changes nothing', async () => {
      const fleet = await begin(await open());
      const before = await fleet.everything();
      const looked = await fleet.apply(whole, { mayApply: false });
      expect(looked.status).toBe('planned');
      expect(await fleet.everything()).toEqual(before);
      const applied = await fleet.apply(whole);
      expect(applied.preview.changes).toEqual(looked.preview.changes);
      expect(applied.preview.willRunOn).toBe(looked.preview.willRunOn);
    });

    test('shows what it does before it does it, and anew when others change the fleet meanwhile', async () => {
      const database = await open();
      const fleet = await begin(database);
      const shown: number[] = [];
      const { status } = await fleet.apply(
        { ...whole, hosts_groups: [{ name: 'Web', hosts_exact: ['web1'] }] },
        {
          show({ changes }) {
            shown.push(changes.length);
          },
        },
      );
      expect(status).toBe('applied');
      expect(shown).toEqual([7]);

      const meanwhile = async () => {
        await database.write(async ({ hostsGroups }) => {
          await hostsGroups.join((await hostsGroups.byName('Web'))!.id, fleet.web2.id);
        });
      };
      const seen: (readonly string[])[] = [];
      const decide = (async (name: 'applyFleet', input: ApplyRequest) => {
        if (seen.length === 1) await meanwhile();
        return database.storage.decide(name, input);
      }) as typeof database.storage.decide;
      const second = createApplier({ ...database, storage: { ...database.storage, decide } });
      await second.apply(
        { hosts_groups: [{ name: 'Web', hosts_exact: ['db1'] }] },
        {
          show({ changes }) {
            seen.push(changes.flatMap(({ details }) => details));
          },
        },
      );
      expect(seen).toEqual([
        ['add host db1', 'take out host web1'],
        ['add host db1', 'take out hosts web1, web2'],
      ]);
      const { id } = (await fleet.tables.hostsGroups.byName('Web'))!;
      expect(await fleet.tables.hostsGroups.memberIds(id)).toEqual([fleet.db1.id]);
    });
  });

  describe('editing a command', () => {
    test('makes one new revision, and does not run it again where it ran', async () => {
      const fleet = await begin(await open());
      await fleet.apply({ ...whole, hosts_groups: [{ name: 'Web', hosts: ['web1', 'web2'] }] });
      const { id } = await fleet.commandNamed('Facts');
      await fleet.run(fleet.web1, id);
      const { preview } = await fleet.apply(
        withCommands({ ...facts, command: 'print(2)', timeout: 5, attempts: 2 }, say),
      );
      expect(preview.willRunOn).toBe(0);
      expect(await fleet.commandNamed('Facts')).toMatchObject({ id, revision: 2, timeoutSeconds: 5 });
      expect(await fleet.pendingOf(fleet.web1)).toEqual(['Say']);
      expect(await fleet.pendingOf(fleet.web2)).toEqual(['Facts', 'Say']);
      expect((await fleet.tables.commands.revision(id, 1))?.program).toBe(facts.command);
    });

    test('by name, order, description or switch makes none', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const { id } = await fleet.commandNamed('Facts');
      await fleet.apply(
        withCommands(
          { ...facts, name: 'Host facts', was: 'Facts', order: 9, description: 'd', active: false },
          say,
        ),
      );
      expect(await fleet.commandNamed('Host facts')).toMatchObject({ id, revision: 1, isActive: false });
      // Switched off it waits where it waited.
      expect(await fleet.pendingOf(fleet.web1)).toEqual(['Host facts', 'Say']);
    });

    test('that is renamed does not make it a new one that runs everywhere', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const { id } = await fleet.commandNamed('Facts');
      await fleet.run(fleet.web1, id);
      const { preview } = await fleet.apply(
        withCommands({ ...facts, name: 'Host facts', was: 'Facts' }, say),
      );
      expect(preview.willRunOn).toBe(0);
      expect((await fleet.commandNamed('Host facts')).id).toBe(id);
      expect(await fleet.pendingOf(fleet.web1)).toEqual(['Say']);
    });
  });

  describe('meaning commands for other hosts', () => {
    test('leaves them pending for exactly the hosts of the new group that have not run them', async () => {
      const fleet = await begin(await open());
      await fleet.apply({ ...whole, ...withCommands(facts) });
      const { id } = await fleet.commandNamed('Facts');
      await fleet.run(fleet.db1, id);
      const { preview } = await fleet.apply({
        hosts_groups: [{ name: 'Others', hosts: ['web2', 'db1'] }],
        commands_groups: [{ name: 'Base', hosts_group: 'Others' }],
      });
      expect(preview.willRunOn).toBe(1);
      expect(await fleet.pendingOf(fleet.web1)).toEqual([]);
      expect(await fleet.pendingOf(fleet.web2)).toEqual(['Facts']);
      expect(await fleet.pendingOf(fleet.db1)).toEqual([]);
    });

    test('by moving a command to a commands group of theirs does the same', async () => {
      const fleet = await begin(await open());
      await fleet.apply({ ...whole, ...withCommands(facts) });
      const { preview } = await fleet.apply({
        hosts_groups: [{ name: 'Others', hosts: ['web2'] }],
        commands_groups: [
          { name: 'Extra', hosts_group: 'Others', commands: [{ ...facts, was: 'Base/Facts' }] },
        ],
      });
      expect(preview.willRunOn).toBe(1);
      expect(await fleet.tables.commands.list()).toHaveLength(1);
      expect(await fleet.pendingOf(fleet.web1)).toEqual([]);
      expect(await fleet.pendingOf(fleet.web2)).toEqual(['Facts']);
    });
  });

  describe('hosts of a group', () => {
    test('that join get what it runs, and that leave lose what they were not given yet', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      await fleet.apply({ hosts_groups: [{ name: 'Web', hosts_exact: ['web2'] }] });
      expect(await fleet.pendingOf(fleet.web1)).toEqual([]);
      expect(await fleet.pendingOf(fleet.web2)).toEqual(['Facts', 'Say']);
    });
  });

  describe('a secret', () => {
    const password = async (fleet: Awaited<ReturnType<typeof begin>>) => {
      const setting = (await fleet.tables.settings.list()).find(({ name }) => name === 'password');
      if (!setting) throw new Error('There is no password.');
      return { ...setting, opened: openSetting(fleet.masterKey, setting) };
    };

    test('is stored sealed', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const stored = await password(fleet);
      expect(stored).toMatchObject({ isSecret: true, opened: 'hunter2' });
      expect(stored.value).not.toContain('hunter2');
    });

    test('without a value keeps what is stored, and so does one of which the file says nothing but the value', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const before = await password(fleet);
      for (const entry of [
        { name: 'password', secret: true },
        { name: 'password' },
        { name: 'password', value: 'hunter2' },
        { name: 'password', value: 'hunter2', secret: true },
      ]) {
        expect((await fleet.apply({ settings: [entry] })).status).toBe('unchanged');
      }
      expect(await password(fleet)).toEqual(before);
    });

    test('with another value is sealed anew, and stays a secret until the file says otherwise', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      await fleet.apply({ settings: [{ name: 'password', value: 'hunter3' }] });
      expect(await password(fleet)).toMatchObject({ isSecret: true, opened: 'hunter3' });
      await fleet.apply({ settings: [{ name: 'password', value: 'hunter3', secret: false }] });
      expect(await password(fleet)).toMatchObject({ isSecret: false, value: 'hunter3' });
    });

    test('is in nothing that is told of the file', async () => {
      const fleet = await begin(await open());
      const first = await fleet.apply(whole);
      const second = await fleet.apply({ settings: [{ name: 'password', value: 'hunter3' }] });
      expect(JSON.stringify([first, second])).not.toMatch(/hunter|v1\./);
      expect(JSON.stringify(await fleet.export())).not.toMatch(/hunter|v1\./);
    });

    test('that does not open any more can be set again', async () => {
      const database = await open();
      await (await begin(database)).apply(whole);
      const withOtherKey = createApplier(database);
      const { status } = await withOtherKey.apply({ settings: [{ name: 'password', value: 'hunter2' }] });
      expect(status).toBe('applied');
    });
  });

  describe('a value of a variable', () => {
    test('that is changed keeps the former one in the history', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const values = { web1: 'second', db1: 'third' };
      await fleet.apply({ variables: [{ category: 'facts', name: 'hostname', values }] });
      expect((await fleet.tables.variables.values()).map(({ value }) => value)).toEqual(['second', 'third']);
      const again = { category: 'facts', name: 'hostname', values: { db1: 'third' } };
      expect((await fleet.apply({ variables: [again] })).status).toBe('unchanged');
    });
  });

  describe('pruning', () => {
    test('removes what the file does not name, and keeps past runs readable', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const { id } = await fleet.commandNamed('Facts');
      await fleet.run(fleet.web1, id);
      const file: FleetFile = { hosts_groups: [], settings: [], variables: [], commands_groups: [] };
      const { status, preview } = await fleet.apply(file, { isPruning: true });
      expect(status).toBe('applied');
      expect(preview.changes.map(({ action }) => action)).toEqual(Array(7).fill('remove'));
      expect(await fleet.export()).toEqual(file);
      expect(await fleet.pendingOf(fleet.web1)).toEqual([]);
      expect(await fleet.tables.runs.ofHost(fleet.web1.id, id)).toMatchObject({ state: 'succeeded' });
      expect((await fleet.apply(file, { isPruning: true })).status).toBe('unchanged');
    });

    test('is done only when asked for', async () => {
      const fleet = await begin(await open());
      await fleet.apply(whole);
      const before = await fleet.everything();
      const nothing = { hosts_groups: [], settings: [], variables: [], commands_groups: [] };
      expect((await fleet.apply(nothing)).status).toBe('unchanged');
      expect(await fleet.everything()).toEqual(before);
    });
  });
});
