import { describe, expect, test } from 'vitest';
import type { StandingRequest } from '../../src/domain/host-standing.ts';
import { eachDatabase } from '../databases.ts';
import { addHosts } from './silent-hosts.ts';
import { createFleet, createMachine, start } from './small-fleet.ts';
import { asTester } from './tester.ts';

describe('approving, disabling and enabling hosts', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const change = (
        deed: StandingRequest['deed'],
        hosts: readonly string[],
        agreedHosts: number | null = null,
      ) =>
        database.storage.decide('changeHostsStanding', {
          deed,
          hosts: [...hosts],
          agreedHosts,
          now: start,
          ...asTester,
        });
      const states = async () => (await database.storage.tables.hosts.list()).map(({ state }) => state);
      return { database, fleet, change, states };
    };

    test('a pending host that is approved is verified, and is given what was meant for it', async () => {
      const { fleet, change } = await begin();
      const id = await fleet.define();
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken({ mustApprove: true }));
      expect(await machine.identify()).toMatchObject({ refused: 'host_not_approved' });
      expect(await change('approve', ['000001'])).toMatchObject({
        changed: [{ id: 1, state: 'verified', needsApproval: false }],
        willRunOn: 1,
      });
      expect(await machine.list()).toEqual([id]);
    });

    test("a disabled host's token stops working at once, and works again when it is enabled", async () => {
      const { fleet, change } = await begin();
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      expect(await machine.known()).toMatchObject({ state: 'verified' });
      await change('disable', ['1']);
      expect(await machine.identify()).toMatchObject({ refused: 'permission_denied' });
      await change('enable', ['1']);
      expect(await machine.known()).toMatchObject({ state: 'verified' });
    });

    test('enabling leads back to where a host was: a host that awaited its approval goes on waiting', async () => {
      const { database, change, states } = await begin();
      await addHosts(
        database,
        { state: 'registered', verifiedAt: null },
        { state: 'pending', needsApproval: true },
        { state: 'verified' },
      );
      const all = ['1', '2', '3'];
      expect(await change('disable', all)).toMatchObject({ changed: [{ id: 1 }, { id: 2 }, { id: 3 }] });
      expect(await states()).toEqual(['disabled', 'disabled', 'disabled']);
      await change('enable', all);
      expect(await states()).toEqual(['registered', 'pending', 'verified']);
    });

    test('what is so already is left as it is, and said', async () => {
      const { database, change } = await begin();
      const [host] = await addHosts(database, {});
      const epoch = await database.storage.tables.server.epoch();
      expect(await change('approve', ['1'])).toMatchObject({ changed: [], unchanged: [{ id: 1 }] });
      expect(await change('enable', [host?.uuid ?? ''])).toMatchObject({
        changed: [],
        unchanged: [{ id: 1 }],
      });
      expect(await database.storage.tables.server.epoch()).toBe(epoch);
    });

    test('one unknown or unsuitable host keeps all of them as they were', async () => {
      const { database, change, states } = await begin();
      await addHosts(
        database,
        { state: 'pending', needsApproval: true },
        { state: 'disabled', name: 'off' },
        { state: 'registered', verifiedAt: null, name: 'new' },
      );
      expect(await change('approve', ['1', 'nobody', '99'])).toEqual({
        declined: 'unknown_host',
        sentence: 'There are no hosts "nobody", "99": the list of hosts has them by name and id.',
      });
      expect(await change('approve', ['1', 'off'])).toMatchObject({
        declined: 'unsuitable_state',
        sentence: expect.stringContaining('"off" is disabled: enable it first'),
      });
      expect(await change('approve', ['1', 'new'])).toMatchObject({
        declined: 'unsuitable_state',
        sentence: expect.stringContaining('"new" has not verified itself yet'),
      });
      expect(await states()).toEqual(['pending', 'disabled', 'registered']);
    });

    test('commands that will run on more hosts than confirm_above_hosts want to be agreed to', async () => {
      const { database, fleet, change, states } = await begin();
      await fleet.administer((tables) =>
        tables.settings.put({
          name: 'confirm_above_hosts',
          value: '1',
          description: '',
          isSecret: false,
          isActive: true,
        }),
      );
      await addHosts(
        database,
        { state: 'disabled' },
        { state: 'disabled' },
        { state: 'disabled', groups: [] },
      );
      await fleet.define();
      const all = ['1', '2', '3'];
      expect(await change('enable', all)).toEqual({
        declined: 'needs_yes',
        sentence: 'Commands will run on 2 hosts.',
        hosts: 2,
      });
      expect(await change('enable', all, 1)).toMatchObject({ declined: 'needs_yes', hosts: 2 });
      expect(await change('enable', all, 3)).toMatchObject({ declined: 'needs_yes', hosts: 2 });
      expect(await states()).toEqual(['disabled', 'disabled', 'disabled']);
      expect(await change('enable', all, 2)).toMatchObject({ willRunOn: 2 });
    });

    test('a command that is switched off, over, or not for v1 hosts makes nothing run', async () => {
      const { database, fleet, change } = await begin();
      await addHosts(database, { state: 'disabled' });
      await fleet.define({ isActive: false });
      await fleet.define({ interpreter: 'node' });
      await fleet.define({}, { beforeAt: start });
      expect(await change('enable', ['1'])).toMatchObject({ changed: [{ id: 1 }], willRunOn: 0 });
      await change('disable', ['1']);
      await fleet.define({}, { afterAt: start + 1000 });
      expect(await change('enable', ['1'])).toMatchObject({ willRunOn: 1 });
    });
  });
});
