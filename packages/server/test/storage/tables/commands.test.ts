import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import {
  addCommands,
  addVerifiedHost,
  sampleCommand,
  sampleCommandsGroup,
  sampleRevision,
  sampleRun,
} from '../sample-rows.ts';

eachDatabase((open) => {
  it('keeps a command as it was given, under the next wire number', async () => {
    const { storage, write } = await open();
    const { ids } = await write((tables) => addCommands(tables, 1));
    const group = (await storage.tables.commandsGroups.list())[0];
    const given = sampleCommand(group?.id ?? 0, {
      interpreter: 'bash',
      timeoutSeconds: 2.5,
      isActive: false,
    });
    const id = await write(({ commands }) => commands.add(given, 1_000));
    expect(id).toBe((ids[0] ?? 0) + 1);
    expect((await storage.tables.commands.list())[1]).toEqual({ ...given, id, revision: 1 });
  });

  it('never gives a wire number that is reserved, nor one below it', async () => {
    const { storage, write } = await open();
    const { commands } = storage.tables;
    expect(await commands.highestWireNumber()).toBe(0);
    await write((tables) => tables.commands.reserveWireNumbers(40));
    expect(await commands.highestWireNumber()).toBe(40);
    const { ids } = await write((tables) => addCommands(tables, 2));
    expect(ids).toEqual([41, 42]);
    expect(await commands.highestWireNumber()).toBe(42);
  });

  it('makes each edit a revision of its own, and hands out the newest', async () => {
    const { storage, write } = await open();
    const { ids } = await write((tables) => addCommands(tables, 2));
    const [id = 0] = ids;
    const edited = { ...sampleRevision, program: 'print(2)', settings: [], outputVariables: [] };
    expect(await write(({ commands }) => commands.revise(id, edited, 2_000))).toBe(2);
    const { commands } = storage.tables;
    expect((await commands.list())[0]).toMatchObject({ id, revision: 2, ...edited });
    expect(await commands.revision(id, 1)).toEqual(sampleRevision);
    expect(await commands.revision(id, 2)).toEqual(edited);
    expect(await commands.revision(id, 3)).toBeUndefined();
    await expect(write((tables) => tables.commands.revise(999, edited, 2_000))).rejects.toThrow();
  });

  it('renames and moves a command without a new revision', async () => {
    const { storage, write } = await open();
    const { ids, hostsGroup } = await write((tables) => addCommands(tables, 1));
    const [id = 0] = ids;
    await write(async (tables) => {
      const other = await tables.commandsGroups.add(sampleCommandsGroup(hostsGroup.id, 'Other'));
      await tables.commands.change(id, { name: 'renamed', isActive: false, commandsGroupId: other.id });
    });
    expect(await storage.tables.commands.list()).toMatchObject([
      { id, name: 'renamed', isActive: false, revision: 1 },
    ]);
  });

  it('never gives the wire number of a removed command to another', async () => {
    const { write } = await open();
    const { commandsGroup, ids } = await write((tables) => addCommands(tables, 3));
    const last = ids[2] ?? 0;
    await write(({ commands }) => commands.remove(last));
    const next = await write(({ commands }) => commands.add(sampleCommand(commandsGroup.id), 1_000));
    expect(next).toBeGreaterThan(last);
  });

  it('leaves the runs of a removed command readable, and nobody waiting for it', async () => {
    const { storage, write } = await open();
    const { ids, ran, waits } = await write(async (tables) => {
      const { hostsGroup, ids } = await addCommands(tables, 1);
      const ran = await addVerifiedHost(tables);
      const waits = await addVerifiedHost(tables);
      for (const host of [ran, waits]) await tables.hostsGroups.join(hostsGroup.id, host.id);
      await tables.runs.add(sampleRun(ran.id, ids[0] ?? 0));
      await tables.pending.resetForCommand(ids[0] ?? 0, hostsGroup.id);
      return { ids, ran, waits };
    });
    const [id = 0] = ids;
    expect(await storage.tables.pending.ofHost(waits.id)).toEqual([id]);
    await write(({ commands }) => commands.remove(id));
    expect(await storage.tables.commands.list()).toEqual([]);
    expect(await storage.tables.commands.revision(id, 1)).toBeUndefined();
    expect(await storage.tables.pending.ofHost(waits.id)).toEqual([]);
    expect(await storage.tables.runs.ofHost(ran.id, id)).toMatchObject({
      commandName: 'uptime',
      revision: 1,
    });
  });

  it('takes its commands with a commands group that is removed', async () => {
    const { storage, write } = await open();
    await write(async (tables) => {
      const { commandsGroup, hostsGroup } = await addCommands(tables, 2);
      const host = await addVerifiedHost(tables);
      await tables.hostsGroups.join(hostsGroup.id, host.id);
      await tables.pending.addForMember(hostsGroup.id, host.id);
      await tables.commandsGroups.remove(commandsGroup.id);
    });
    expect(await storage.tables.commandsGroups.list()).toEqual([]);
    expect(await storage.tables.commands.list()).toEqual([]);
  });

  it('changes when and for whom a commands group is', async () => {
    const { storage, write } = await open();
    const { commandsGroup } = await write((tables) => addCommands(tables, 0));
    const change = {
      position: 4,
      afterAt: 1_764_000_000_000,
      beforeAt: null,
      isActive: false,
      stopOnFailure: true,
    };
    await write(({ commandsGroups }) => commandsGroups.change(commandsGroup.id, change));
    expect(await storage.tables.commandsGroups.list()).toEqual([{ ...commandsGroup, ...change }]);
  });
});
