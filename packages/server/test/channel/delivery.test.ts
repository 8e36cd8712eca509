import { isIncluded } from '@remotes/protocol/crypto/merkle';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { describe, expect, test } from 'vitest';
import { joinHostsGroup, leaveHostsGroup } from '../../src/domain/hosts-group-membership.ts';
import { openChannelHost } from '../channel-host.ts';
import { eachDatabase } from '../databases.ts';
import { dispatch } from '../domain/jobs/dispatching.ts';
import { start } from '../domain/small-fleet.ts';
import { openChannelDoor } from './channel-door.ts';
import { sayFinished } from './channel-report.ts';

describe('what is due reaches a connected host', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const door = await openChannelDoor(await open());
      const connect = async () => {
        const host = await openChannelHost(door.url, await door.enrol());
        await host.enter();
        return host;
      };
      return { ...door, connect };
    };

    test('when the slot of a wave is free, which another host had', async () => {
      const { mind, connect } = await begin();
      const hosts = [await connect(), await connect()];
      await dispatch(mind.storage, { wave: 1 });
      const given = () => hosts.filter(({ pushed }) => pushed.some(({ type }) => type === 'run'));
      await expect.poll(given).toHaveLength(1);
      const [first] = given();
      const [run] = await first!.given('run');
      await first!.say(sayFinished(first!, run!));
      await expect.poll(given).toHaveLength(2);
    });

    test('under one manifest, where it is given to several together, with a proof for each', async () => {
      const { mind, connect } = await begin();
      const hosts = [await connect(), await connect(), await connect()];
      await dispatch(mind.storage, {});
      const given = (await Promise.all(hosts.map((host) => host.given('run')))).map(([run]) => run!);
      expect(new Set(given.map(({ signature }) => signature)).size).toBe(1);
      expect(given.map(({ leaf_index: index }) => index).sort()).toEqual([0, 1, 2]);
      for (const { leaf, leaf_index: index, proof, manifest } of given) {
        const hashes = proof.map((hash) => Buffer.from(hash, 'base64url'));
        const root = Buffer.from(manifest.root, 'hex');
        const place = { index, size: manifest.leaves, proof: hashes, root };
        expect(isIncluded(Buffer.from(canonicalJson(leaf)), place)).toBe(true);
      }
    });

    test('when its window opens, at the next look', async () => {
      const { mind, fleet, connect } = await begin();
      const host = await connect();
      const wireNumber = await fleet.define({}, { afterAt: start + 60_000 });
      await mind.delivery.sweep();
      await host.say({ type: 'host_status' });
      expect(host.pushed).toEqual([]);
      fleet.pass(60_001);
      await mind.delivery.sweep();
      expect(await host.given('run')).toMatchObject([{ wire_number: wireNumber }]);
    });

    test('when it joins a group, by another process', async () => {
      const { mind, fleet, connect } = await begin();
      const host = await connect();
      const row = await mind.storage.tables.hosts.byUuid(host.keys.uuid);
      await fleet.administer((tables) => leaveHostsGroup(tables, 1, row!.id));
      const wireNumber = await fleet.define();
      await mind.delivery.sweep();
      await host.say({ type: 'host_status' });
      expect(host.pushed).toEqual([]);
      await fleet.administer((tables) => joinHostsGroup(tables, 1, row!.id));
      await mind.delivery.sweep();
      expect(await host.given('run')).toMatchObject([{ wire_number: wireNumber }]);
    });

    test('not before it has told its past, where that is wanted', async () => {
      const { fleet, url, enrol } = await begin();
      const wireNumber = await fleet.define();
      const host = await openChannelHost(url, await enrol());
      const messages = await host.say(host.sayProve(), host.sayHello());
      expect(messages).toMatchObject([{ type: 'proved' }, { type: 'welcome', wants_past: true }]);
      expect(host.pushed).toEqual([]);
      expect(await host.say({ type: 'ran', runs: [], is_last: true })).toMatchObject([{ type: 'recalled' }]);
      expect(await host.given('run')).toMatchObject([{ wire_number: wireNumber }]);
    });
  });

  describe('a memory that fails', () => {
    eachDatabase((open) => {
      test('ends the connection, stores nothing that it has not, and has it all afterwards', async () => {
        const door = await openChannelDoor(await open());
        const keys = await door.enrol();
        const host = await openChannelHost(door.url, keys);
        await host.enter();
        await dispatch(door.mind.storage, {});
        const [run] = await host.given('run');
        door.fail(true);
        host.send(sayFinished(host, run!));
        expect(await host.closed).toMatchObject({ code: 1001 });
        expect(host.answered.flatMap(({ messages }) => messages).some(({ type }) => type === 'stored')).toBe(
          false,
        );
        door.fail(false);
        const again = await openChannelHost(door.url, keys);
        await again.enter([{ run: run!.run, attempt: 1, state: 'finished' }]);
        expect(await again.say(sayFinished(again, run!))).toMatchObject([{ type: 'stored' }]);
      });
    });
  });
});
