import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addCommands, addVerifiedHost } from '../sample-rows.ts';

eachDatabase((open) => {
  it('adds, finds, changes and removes groups', async () => {
    const { storage, write } = await open();
    const group = await write(({ hostsGroups }) => hostsGroups.add('Web', true));
    const { hostsGroups } = storage.tables;
    expect(group).toEqual({ id: group.id, name: 'Web', isActive: true });
    expect(await hostsGroups.byName('Web')).toEqual(group);
    await write((tables) => tables.hostsGroups.change(group.id, { isActive: false }));
    expect(await hostsGroups.list()).toEqual([{ ...group, isActive: false }]);
    await write((tables) => tables.hostsGroups.remove(group.id));
    expect(await hostsGroups.byName('Web')).toBeUndefined();
  });

  it('says whether joining and leaving changed anything', async () => {
    const { storage, write } = await open();
    const { host, group, changes } = await write(async (tables) => {
      const host = await addVerifiedHost(tables);
      const group = await tables.hostsGroups.add('Web', true);
      const { join, leave } = tables.hostsGroups;
      const changes = [await join(group.id, host.id), await join(group.id, host.id)];
      await tables.hostsGroups.add('Other', true);
      return { host, group, changes, leave };
    });
    expect(changes).toEqual([true, false]);
    const { hostsGroups } = storage.tables;
    expect(await hostsGroups.ofHost(host.id)).toEqual([group]);
    expect(await hostsGroups.memberIds(group.id)).toEqual([host.id]);
    expect(await hostsGroups.memberships()).toEqual([{ hostsGroupId: group.id, hostId: host.id }]);
    expect(await write((tables) => tables.hostsGroups.leave(group.id, host.id))).toBe(true);
    expect(await write((tables) => tables.hostsGroups.leave(group.id, host.id))).toBe(false);
    expect(await hostsGroups.ofHost(host.id)).toEqual([]);
  });

  it('does not remove a group that commands are meant for', async () => {
    const { storage, write } = await open();
    const { hostsGroup, ids } = await write((tables) => addCommands(tables, 1));
    await expect(write((tables) => tables.hostsGroups.remove(hostsGroup.id))).rejects.toThrow();
    expect((await storage.tables.commands.list()).map(({ id }) => id)).toEqual(ids);
  });
});
