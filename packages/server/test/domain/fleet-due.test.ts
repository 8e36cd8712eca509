import type { FleetCommandsGroup, FleetFile } from '@remotes/protocol/values/fleet-file';
import { describe, expect, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { createApplier } from './fleet-applying.ts';
import { addHosts } from './silent-hosts.ts';

const command = { name: 'Facts', command: 'print(1)' };
const base = (differing: Partial<FleetCommandsGroup> = {}): FleetFile => ({
  commands_groups: [{ name: 'Base', hosts_group: 'Web', commands: [command], ...differing }],
});

/** Three verified hosts and one that is not are in the group `Web`; one verified host is in none. */
async function begin(database: OpenDatabase) {
  const groups = ['Web'];
  const [one, two] = await addHosts(
    database,
    { name: 'one', groups },
    { name: 'two', groups },
    { name: 'three', groups },
    { name: 'disabled', groups, state: 'disabled' },
    { name: 'outside', groups: [] },
  );
  const applier = createApplier(database);
  return {
    ...applier,
    one: one!,
    two: two!,
    /** On how many hosts something will run because of this file; it is applied. */
    async due(file: FleetFile): Promise<number> {
      const { preview, status } = await applier.apply(file);
      expect(preview.problems).toEqual([]);
      expect(status).not.toBe('unconfirmed');
      return preview.willRunOn;
    },
  };
}

eachDatabase((open) => {
  describe('the number of hosts that something will run on', () => {
    test('is that of the verified hosts which have not run it, each once', async () => {
      const fleet = await begin(await open());
      const commands = [command, { ...command, name: 'More' }];
      expect(await fleet.due(base({ commands }))).toBe(3);
      await fleet.run(fleet.one, (await fleet.commandNamed('Facts')).id);
      await fleet.run(fleet.one, (await fleet.commandNamed('More')).id);
      expect(await fleet.due(base({ commands, active: false }))).toBe(0);
      expect(await fleet.due(base({ commands }))).toBe(2);
    });

    test('counts what is added, not what was due before', async () => {
      const fleet = await begin(await open());
      await fleet.due(base());
      expect(await fleet.due(base({ commands: [{ ...command, command: 'print(2)' }] }))).toBe(0);
      expect(await fleet.due(base({ order: 5 }))).toBe(0);
      expect(await fleet.due({ hosts_groups: [{ name: 'Web', hosts: ['outside', 'one'] }] })).toBe(1);
      expect(await fleet.due({ hosts_groups: [{ name: 'Web', hosts_exact: ['one'] }] })).toBe(0);
    });

    test('counts hosts that can be given what is written for another interpreter, and no v1 host', async () => {
      const database = await open();
      const fleet = await begin(database);
      await database.write((tables) => tables.hosts.change(fleet.one.id, { channelKey: 'proved' }));
      const node = { ...command, interpreter: 'node' } as const;
      expect(await fleet.due(base({ commands: [node] }))).toBe(1);
      // Now it is for all; the first one had it before it.
      expect(await fleet.due(base())).toBe(2);
      expect(await fleet.due(base({ commands: [node] }))).toBe(0);
    });

    test('counts what is switched on again: command, commands group or hosts group', async () => {
      const fleet = await begin(await open());
      const off = { ...command, active: false };
      expect(await fleet.due(base({ commands: [off] }))).toBe(0);
      expect(await fleet.due(base())).toBe(3);
      expect(await fleet.due(base({ active: false }))).toBe(0);
      expect(await fleet.due(base())).toBe(3);
      expect(await fleet.due({ hosts_groups: [{ name: 'Web', active: false }] })).toBe(0);
      expect(await fleet.due({ hosts_groups: [{ name: 'Web' }] })).toBe(3);
    });

    test('counts a window that is still to open, and none that is over', async () => {
      const fleet = await begin(await open());
      fleet.setTime('2026-06-01T00:00:00Z');
      expect(await fleet.due(base({ before: '2026-05-01T00:00:00Z' }))).toBe(0);
      expect(await fleet.due(base({ after: '2026-07-01T00:00:00Z' }))).toBe(3);
      // Opening it earlier makes nobody run what they would not have run.
      expect(await fleet.due(base())).toBe(0);
    });

    test('counts no program that hosts are not offered, until it is made for an interpreter that they are', async () => {
      const fleet = await begin(await open());
      expect(await fleet.due(base({ commands: [{ ...command, interpreter: 'node' }] }))).toBe(0);
      expect(await fleet.due(base({ commands: [{ ...command, interpreter: 'bash' }] }))).toBe(3);
    });

    test('counts hosts on which a group had stopped and may go on', async () => {
      const fleet = await begin(await open());
      const commands = [command, { ...command, name: 'More' }];
      await fleet.due(base({ commands, stop_on_failure: true }));
      const { id } = await fleet.commandNamed('Facts');
      await fleet.run(fleet.one, id, 'failed');
      await fleet.run(fleet.two, id);
      expect(await fleet.due(base({ commands }))).toBe(1);
    });

    test('counts hosts of another group that the commands are now meant for, but for those that ran them', async () => {
      const fleet = await begin(await open());
      await fleet.due(base());
      await fleet.run(fleet.one, (await fleet.commandNamed('Facts')).id);
      const others = { hosts_groups: [{ name: 'Others', hosts: ['one', 'two', 'outside'] }] };
      expect(await fleet.due({ ...others, ...base({ hosts_group: 'Others' }) })).toBe(1);
    });
  });

  describe('a change that makes commands run on many hosts', () => {
    const settings = [{ name: 'confirm_above_hosts', value: '2' }];

    test('wants the very number to be said, and does nothing without it', async () => {
      const fleet = await begin(await open());
      await fleet.apply({ settings });
      const before = await fleet.everything();
      for (const agreedHosts of [null, 2, 4]) {
        const { status, preview } = await fleet.apply(base(), { agreedHosts });
        expect(status).toBe('unconfirmed');
        const other = agreedHosts === null ? '' : `, and ${agreedHosts} were agreed to`;
        expect(preview.needsYes).toBe(`Commands will run on 3 hosts${other}.`);
      }
      expect(await fleet.everything()).toEqual(before);
      expect((await fleet.apply(base(), { agreedHosts: 3 })).status).toBe('applied');
      expect((await fleet.apply(base(), { agreedHosts: 3 })).status).toBe('unchanged');
    });

    test('cannot lift its own guard', async () => {
      const fleet = await begin(await open());
      await fleet.apply({ settings });
      const lifted = [{ name: 'confirm_above_hosts', value: '100' }];
      expect((await fleet.apply({ ...base(), settings: lifted })).status).toBe('unconfirmed');
    });

    test('is everything above ten unless a setting says otherwise', async () => {
      const database = await open();
      const fleet = await begin(database);
      const more = Array.from({ length: 8 }, (_, index) => ({ name: `more${index}`, groups: ['Web'] }));
      await addHosts(database, ...more.slice(0, 7));
      expect((await fleet.apply(base(), { mayApply: false })).preview.needsYes).toBeUndefined();
      await addHosts(database, ...more.slice(7));
      expect((await fleet.apply(base(), { mayApply: false })).preview.needsYes).toBe(
        'Commands will run on 11 hosts.',
      );
    });
  });
});
