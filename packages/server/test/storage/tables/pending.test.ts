import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addCommands, addVerifiedHost, sampleHost, sampleRun } from '../sample-rows.ts';

eachDatabase((open) => {
  it('gives a new member everything that is meant for its group, and never what it has a run of', async () => {
    const { storage, write } = await open();
    const { host, ids } = await write(async (tables) => {
      const { hostsGroup, ids } = await addCommands(tables, 3);
      await addCommands(tables, 2, 'Another group');
      const host = await addVerifiedHost(tables);
      await tables.runs.add(sampleRun(host.id, ids[1] ?? 0));
      // One that is queued again is still to be given.
      await tables.runs.add(sampleRun(host.id, ids[2] ?? 0, { state: 'queued' }));
      await tables.pending.addForMember(hostsGroup.id, host.id);
      await tables.pending.addForMember(hostsGroup.id, host.id);
      return { host, ids };
    });
    expect(await storage.tables.pending.ofHost(host.id)).toEqual([ids[0], ids[2]]);
  });

  it('takes from a former member only what was meant for that group', async () => {
    const { storage, write } = await open();
    const { host, other } = await write(async (tables) => {
      const left = await addCommands(tables, 2, 'Left');
      const kept = await addCommands(tables, 2, 'Kept');
      const host = await addVerifiedHost(tables);
      for (const { hostsGroup } of [left, kept]) await tables.pending.addForMember(hostsGroup.id, host.id);
      await tables.pending.removeForMember(left.hostsGroup.id, host.id);
      return { host, other: kept.ids };
    });
    expect(await storage.tables.pending.ofHost(host.id)).toEqual(other);
  });

  it('makes a command pending for exactly the members that have no run of it', async () => {
    const { storage, write } = await open();
    const { id, ran, waits, left, groupless, queued } = await write(async (tables) => {
      const { hostsGroup, ids } = await addCommands(tables, 2);
      const [id = 0] = ids;
      const [ran, waits, left, groupless, queued] = [
        await addVerifiedHost(tables),
        await addVerifiedHost(tables),
        await addVerifiedHost(tables),
        await addVerifiedHost(tables),
        await addVerifiedHost(tables),
      ];
      for (const host of [ran, waits, queued]) await tables.hostsGroups.join(hostsGroup.id, host.id);
      await tables.runs.add(sampleRun(ran.id, id));
      await tables.runs.add(sampleRun(queued.id, id, { state: 'queued' }));
      await tables.pending.add(left.id, id);
      await tables.pending.add(waits.id, ids[1] ?? 0);
      await tables.pending.resetForCommand(id, hostsGroup.id);
      return { id, ran, waits, left, groupless, queued };
    });
    const { pending } = storage.tables;
    const all = [ran, waits, left, groupless, queued];
    const have = await Promise.all(all.map((host) => pending.has(host.id, id)));
    expect(have).toEqual([false, true, false, false, true]);
    expect(await pending.ofHost(waits.id)).toHaveLength(2);
  });

  it('adds and removes single commands, and does not mind being told twice', async () => {
    const { storage, write } = await open();
    const { host, id } = await write(async (tables) => {
      const { ids } = await addCommands(tables, 1);
      const host = await addVerifiedHost(tables);
      return { host, id: ids[0] ?? 0 };
    });
    await write(({ pending }) => pending.add(host.id, id));
    await write(({ pending }) => pending.add(host.id, id));
    expect(await storage.tables.pending.has(host.id, id)).toBe(true);
    await write(({ pending }) => pending.remove(host.id, id));
    await write(({ pending }) => pending.remove(host.id, id));
    expect(await storage.tables.pending.has(host.id, id)).toBe(false);
  });

  it('tells which verified hosts are to run any of some commands, each once', async () => {
    const { storage, write } = await open();
    const { verified, ids } = await write(async (tables) => {
      const { ids } = await addCommands(tables, 3);
      const [one = 0, two = 0, three = 0] = ids;
      const verified = await addVerifiedHost(tables);
      const registered = await tables.hosts.add(sampleHost());
      const idle = await addVerifiedHost(tables);
      for (const host of [verified, registered]) {
        await tables.pending.add(host.id, one);
        await tables.pending.add(host.id, two);
      }
      await tables.pending.add(idle.id, three);
      return { verified, ids };
    });
    const { hostIds, sealedHostIds } = storage.tables.pending;
    expect(await hostIds(ids.slice(0, 2))).toEqual([verified.id]);
    expect(await hostIds([])).toEqual([]);
    expect(await sealedHostIds(ids)).toEqual([]);
    await write((tables) => tables.hosts.change(verified.id, { channelKey: 'proved' }));
    expect(await sealedHostIds(ids)).toEqual([verified.id]);
  });
});
