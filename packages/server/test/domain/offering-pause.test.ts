import { isRefusal } from '@remotes/protocol/errors';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { addHosts } from './silent-hosts.ts';
import { createFleet, createMachine, start } from './small-fleet.ts';
import { tester } from './tester.ts';

describe('pausing and resuming', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const { decide, tables } = database.storage;
      return {
        database,
        fleet,
        tables,
        pause: (storeId: string | null = null) =>
          decide('pauseOffering', { storeId, now: start, by: tester }),
        resume: (agreedHosts: number | null = null) =>
          decide('resumeOffering', { agreedHosts, now: start, by: tester }),
      };
    };

    test('a paused server offers nothing, takes results, and offers again when it is resumed', async () => {
      const { fleet, pause, resume } = await begin();
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      const [first, second] = [await fleet.define(), await fleet.define()];
      await machine.get(first);
      expect(await pause()).toEqual({ wasPaused: false });
      expect(await machine.list()).toEqual([]);
      expect(await machine.get(second)).toMatchObject({ refused: 'not_found' });
      expect(isRefusal(await machine.post(first, '', '[]'))).toBe(false);
      expect(await resume()).toEqual({ wasPaused: true, willRunOn: 1 });
      expect(await machine.list()).toEqual([second]);
      expect(await resume()).toEqual({ wasPaused: false, willRunOn: 1 });
    });

    test('resuming on more hosts than go without asking wants to be agreed to', async () => {
      const { database, fleet, tables, pause, resume } = await begin();
      await addHosts(database, ...Array.from({ length: 11 }, () => ({})), { state: 'disabled' });
      await fleet.define();
      await pause();
      expect(await resume(10)).toMatchObject({
        declined: 'needs_yes',
        sentence: 'Commands will run on 11 hosts, and 10 were agreed to.',
      });
      expect((await tables.server.read()).isPaused).toBe(true);
      expect(await resume(11)).toEqual({ wasPaused: true, willRunOn: 11 });
    });

    test('hosts that a failure holds back from all that is pending for them are not counted as running something', async () => {
      const { fleet, pause, resume } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      const failing = await fleet.define({}, group);
      await fleet.define({}, group);
      const [held, free] = [createMachine(fleet), createMachine(fleet)];
      for (const machine of [held, free]) await machine.enrol(await fleet.addToken());
      await held.get(failing);
      await held.post(failing, '', 'it failed');
      await pause();
      expect(await resume()).toEqual({ wasPaused: true, willRunOn: 1 });
      await fleet.define();
      await pause();
      expect(await resume()).toEqual({ wasPaused: true, willRunOn: 2 });
    });

    test('numbers that were given since the backup are not given again by a database that was put back', async () => {
      const { fleet, pause } = await begin();
      expect(await fleet.define()).toBe(1);
      await pause();
      expect(await fleet.define()).toBe(2);
      await pause('another store');
      expect(await fleet.define()).toBe(1_000_003);
    });

    test('a database that was put back counts as another store', async () => {
      const { tables, pause } = await begin();
      const { storeId } = await tables.server.read();
      await pause();
      expect((await tables.server.read()).storeId).toBe(storeId);
      expect(await pause('another')).toEqual({ wasPaused: true });
      expect(await tables.server.read()).toMatchObject({ storeId: 'another', isPaused: true });
    });
  });
});
