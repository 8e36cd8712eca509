import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { connectTo } from '../raw-connection.ts';
import { addCommands, addVerifiedHost, sampleHost, sampleRun } from '../sample-rows.ts';

eachDatabase((open) => {
  it('adds a registered host, named by its id in six digits', async () => {
    const { storage, write } = await open();
    const given = sampleHost({ needsApproval: true });
    const host = await write(({ hosts }) => hosts.add(given));
    expect(host).toEqual({
      ...given,
      id: host.id,
      name: String(host.id).padStart(6, '0'),
      state: 'registered',
      verifiedAt: null,
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
    });
    const { hosts } = storage.tables;
    expect(await hosts.byId(host.id)).toEqual(host);
    expect(await hosts.byUuid(host.uuid)).toEqual(host);
    expect(await hosts.byName(host.name)).toEqual(host);
    expect(await hosts.byKeyFingerprint(host.keyFingerprint)).toEqual(host);
    expect(await hosts.list()).toEqual([host]);
  });

  it('names a host by its uuid when another one has taken its name', async () => {
    const { write } = await open();
    const first = await write(({ hosts }) => hosts.add(sampleHost()));
    const nextName = String(first.id + 1).padStart(6, '0');
    await write(({ hosts }) => hosts.change(first.id, { name: nextName }));
    const second = await write(({ hosts }) => hosts.add(sampleHost()));
    expect(second.id).toBe(first.id + 1);
    expect(second.name).toBe(second.uuid);
  });

  it('changes what it is told to, and nothing else', async () => {
    const { storage, write } = await open();
    const host = await write(({ hosts }) => hosts.add(sampleHost()));
    await write(({ hosts }) => hosts.change(host.id, { name: 'web-1' }));
    await write(({ hosts }) =>
      hosts.change(host.id, { state: 'verified', needsApproval: true, verifiedAt: 9 }),
    );
    await write(({ hosts }) => hosts.change(host.id, {}));
    expect(await storage.tables.hosts.byId(host.id)).toEqual({
      ...host,
      name: 'web-1',
      state: 'verified',
      needsApproval: true,
      verifiedAt: 9,
    });
  });

  it('never gives the id of a removed host to another', async () => {
    const { write } = await open();
    const first = await write(({ hosts }) => hosts.add(sampleHost()));
    await write(({ hosts }) => hosts.remove(first.id));
    const second = await write(({ hosts }) => hosts.add(sampleHost()));
    expect(second.id).toBeGreaterThan(first.id);
  });

  it('takes with a removed host everything that is about it', async () => {
    const database = await open();
    const { write } = database;
    await write(async (tables) => {
      const { hostsGroup, commandsGroup, ids } = await addCommands(tables, 2);
      const host = await addVerifiedHost(tables);
      const variable = await tables.variables.add('system', 'serial');
      await tables.hostsGroups.join(hostsGroup.id, host.id);
      await tables.pending.addForMember(hostsGroup.id, host.id);
      await tables.hostTokens.add(host.id, 'hash', 1);
      await tables.hosts.addSignature(host.id, 'signature');
      const run = await tables.runs.add(sampleRun(host.id, ids[0] ?? 0));
      await tables.runs.setDeadline({ number: run, hostId: host.id }, 9);
      await tables.runs.hold(host.id, commandsGroup.id, run);
      await tables.outputs.addChunk(run, 'stdout', 0, Buffer.from('up'));
      const place = { variableId: variable.id, hostId: host.id };
      await tables.variables.setValue({ ...place, value: 'a', setAt: 1, setBy: 'test' });
      await tables.variables.setValue({ ...place, value: 'b', setAt: 2, setBy: 'test' });
      await tables.hosts.remove(host.id);
    });
    const connection = await connectTo(database);
    const counts: Record<string, number> = {};
    for (const table of tablesOfHosts) {
      const text = `select count(*) as count from ${table}`;
      counts[table] = (await connection.first<{ count: number }>({ name: undefined, text }, []))?.count ?? -1;
    }
    expect(counts).toEqual(Object.fromEntries(tablesOfHosts.map((table) => [table, 0])));
  });

  it('counts those that registered with a token since then and have not verified', async () => {
    const { storage, write } = await open();
    const token = await write(({ registrationTokens }) =>
      registrationTokens.add(
        { secretHash: 'h', sealed: 's', createdAt: 0, expiresAt: null, uses: 5, mustApprove: false },
        [],
      ),
    );
    await write(async ({ hosts }) => {
      const add = (registeredAt: number, registrationTokenId: number | null = token) =>
        hosts.add(sampleHost({ registeredAt, registrationTokenId }));
      await add(100);
      await add(200);
      await add(300);
      await add(300, null);
      const verified = await add(300);
      await hosts.change(verified.id, { state: 'verified' });
    });
    const { hosts } = storage.tables;
    expect(await hosts.countRegistered(token, 100)).toBe(2);
    expect(await hosts.countRegistered(token, 0)).toBe(3);
  });

  it('records the visits of many hosts at once', async () => {
    const { storage, write } = await open();
    const added = await write(async (tables) => [
      await addVerifiedHost(tables),
      await addVerifiedHost(tables),
    ]);
    const visits = added.map(({ id }, index) => ({
      hostId: id,
      at: 7_000 + index,
      usualIntervalMs: index === 0 ? null : 60_000,
      address: '192.0.2.7',
      clientAgent: 'Django Remotes',
      clientVersion: '0.3.2',
    }));
    await write(({ hosts }) => hosts.recordVisits(visits));
    expect(await storage.tables.hosts.list()).toMatchObject([
      { lastSeenAt: 7_000, usualIntervalMs: null, lastAddress: '192.0.2.7', clientVersion: '0.3.2' },
      { lastSeenAt: 7_001, usualIntervalMs: 60_000, clientAgent: 'Django Remotes' },
    ]);
  });

  it('knows a signature that a host has used before, for that host only', async () => {
    const { write } = await open();
    const known = await write(async (tables) => {
      const one = await addVerifiedHost(tables);
      const other = await addVerifiedHost(tables);
      const { addSignature } = tables.hosts;
      return [
        await addSignature(one.id, 'salted'),
        await addSignature(one.id, 'salted'),
        await addSignature(other.id, 'salted'),
      ];
    });
    expect(known).toEqual([true, false, true]);
  });
});

const tablesOfHosts = [
  'hosts',
  'hosts_group_members',
  'host_tokens',
  'host_signatures',
  'variable_values',
  'variable_value_history',
  'pending',
  'runs',
  'flights',
  'holds',
  'run_output',
];
