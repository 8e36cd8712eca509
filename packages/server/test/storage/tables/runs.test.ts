import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addCommands, addVerifiedHost, sampleRun } from '../sample-rows.ts';

eachDatabase((open) => {
  it('keeps a run as it was given, and finds it by each of its names', async () => {
    const { storage, write } = await open();
    const { given, number } = await write(async (tables) => {
      const host = await addVerifiedHost(tables);
      const given = sampleRun(host.id, 12);
      return { given, number: await tables.runs.add(given) };
    });
    const run = {
      ...given,
      number,
      finishedAt: null,
      result: null,
      reason: null,
      startedAt: null,
      stopAskedAt: null,
      exitCode: null,
      signal: null,
      outputBytes: 0,
      outputCutBytes: 0,
      isMasked: false,
      outcome: null,
    };
    const { runs } = storage.tables;
    expect(await runs.byNumber(number)).toEqual(run);
    expect(await runs.byId(given.id)).toEqual(run);
    expect(await runs.ofHost(given.hostId, 12)).toEqual(run);
    expect(await runs.ofHost(given.hostId, 13)).toBeUndefined();
  });

  it('lets a host have one run of a job at most', async () => {
    const { write } = await open();
    const host = await write(addVerifiedHost);
    await write(({ runs }) => runs.add(sampleRun(host.id, 12)));
    await expect(write(({ runs }) => runs.add(sampleRun(host.id, 12)))).rejects.toThrow();
  });

  it('changes what it is told to, and nothing else', async () => {
    const { storage, write } = await open();
    const number = await write(async (tables) => {
      const host = await addVerifiedHost(tables);
      return tables.runs.add(sampleRun(host.id, 12));
    });
    const before = await storage.tables.runs.byNumber(number);
    const ending = {
      state: 'failed',
      reason: 'interpreter_missing',
      exitCode: 0xc000_0005,
      signal: null,
      finishedAt: 9_000,
      result: 'it went wrong: é',
      outputBytes: 17,
      outputCutBytes: 3,
      isMasked: true,
    } as const;
    await write(({ runs }) => runs.change(number, ending));
    await write(({ runs }) => runs.change(number, { attempt: 2 }));
    expect(await storage.tables.runs.byNumber(number)).toEqual({ ...before, ...ending, attempt: 2 });
  });

  it('lists the newest first, by host, command, state and place', async () => {
    const { storage, write } = await open();
    const { one, numbers } = await write(async (tables) => {
      const one = await addVerifiedHost(tables);
      const other = await addVerifiedHost(tables);
      for (const wireNumber of [1, 2]) await tables.commands.reserveWireNumbers(wireNumber);
      const numbers = [
        await tables.runs.add(sampleRun(one.id, 1)),
        await tables.runs.add(sampleRun(one.id, 2, { state: 'queued', deliveredAt: null })),
        await tables.runs.add(sampleRun(other.id, 1)),
      ] as const;
      return { one, numbers };
    });
    const list = async (filter: Parameters<typeof storage.tables.runs.list>[0]) =>
      (await storage.tables.runs.list(filter)).map((run) => run.number);
    const [first, second, third] = numbers;
    expect(await list({ limit: 10 })).toEqual([third, second, first]);
    expect(await list({ limit: 2 })).toEqual([third, second]);
    expect(await list({ limit: 10, hostId: one.id })).toEqual([second, first]);
    expect(await list({ limit: 10, wireNumber: 1 })).toEqual([third, first]);
    expect(await list({ limit: 10, state: 'queued' })).toEqual([second]);
    expect(await list({ limit: 10, afterNumber: first })).toEqual([third, second]);
    expect(await list({ limit: 10, hostId: one.id, wireNumber: 1, state: 'queued' })).toEqual([]);
  });

  it('tells which hosts have run something', async () => {
    const { storage, write } = await open();
    const [one, other] = await write(async (tables) => {
      const hosts = [
        await addVerifiedHost(tables),
        await addVerifiedHost(tables),
        await addVerifiedHost(tables),
      ];
      await tables.runs.add(sampleRun(hosts[1]!.id, 1, { state: 'failed' }));
      await tables.runs.add(sampleRun(hosts[0]!.id, 1));
      await tables.runs.add(sampleRun(hosts[2]!.id, 2));
      return hosts;
    });
    expect(await storage.tables.runs.hostIds(1)).toEqual([one!.id, other!.id]);
    expect(await storage.tables.runs.hostIds(3)).toEqual([]);
  });

  it('tells whose time is up, earliest first', async () => {
    const { storage, write } = await open();
    const { hostId, numbers } = await write(async (tables) => {
      const host = await addVerifiedHost(tables);
      const numbers: number[] = [];
      for (const wireNumber of [1, 2, 3, 4])
        numbers.push(await tables.runs.add(sampleRun(host.id, wireNumber)));
      return { hostId: host.id, numbers };
    });
    const [late = 0, early = 0, future = 0, settled = 0] = numbers;
    await write(async ({ runs }) => {
      await runs.setDeadline({ number: late, hostId }, 50);
      await runs.setDeadline({ number: late, hostId }, 200);
      await runs.setDeadline({ number: early, hostId }, 100);
      await runs.setDeadline({ number: future, hostId }, 201);
      await runs.setDeadline({ number: settled, hostId }, 10);
      await runs.clearDeadline(settled);
    });
    const overdue = async (limit: number) =>
      (await storage.tables.runs.overdue(200, limit)).map((run) => run.number);
    expect(await overdue(10)).toEqual([early, late]);
    expect(await overdue(1)).toEqual([early]);
    const unfinished = await storage.tables.runs.unfinishedOfHost(hostId);
    expect(unfinished.map((run) => run.number)).toEqual([late, early, future]);
  });

  it('holds a host in a commands group until it is released', async () => {
    const { storage, write } = await open();
    const { host, group, numbers } = await write(async (tables) => {
      const { commandsGroup } = await addCommands(tables, 0);
      const host = await addVerifiedHost(tables);
      const numbers = [
        await tables.runs.add(sampleRun(host.id, 1)),
        await tables.runs.add(sampleRun(host.id, 2)),
      ];
      for (const number of numbers) await tables.runs.hold(host.id, commandsGroup.id, number);
      return { host, group: commandsGroup.id, numbers };
    });
    const { runs } = storage.tables;
    expect(await runs.holdsOfHost(host.id)).toEqual([{ commandsGroupId: group, runNumber: numbers[1] }]);
    expect(await runs.heldHostIds(group)).toEqual([host.id]);
    await write((tables) => tables.runs.release(numbers[1] ?? 0));
    expect(await runs.holdsOfHost(host.id)).toEqual([]);
    expect(await runs.heldHostIds(group)).toEqual([]);
  });
});
