import { randomUUID } from 'node:crypto';
import { writePayload } from '@remotes/protocol/messages/payload';
import { describe, expect, test } from 'vitest';
import { type DatabaseKind, eachDatabase, type OpenDatabase } from '../databases.ts';
import { asTester } from '../domain/tester.ts';
import { newChannelKey, openSealedHost, type Said, type SealedHost } from '../sealed-host.ts';
import { type OpenDoor, openDoor } from './open-door.ts';

const whoAmI = { type: 'host_status' };
const claim = { type: 'claim', limit: 8 };
const facts = { hostname: 'h', os: 'linux', os_release: '6', architecture: 'x64', client_version: '1' };

describe('what somebody held back on its way', () => {
  eachDatabase((open, kind) => {
    test('of an older session is not obeyed once a newer one is proved: neither a hello nor a first proof', async () => {
      const { door, hello, runState, host: older } = await entered(open);
      const unproved = await openSealedHost(door.url, older.keys);
      const heldBack = [
        older.frameOf(writePayload([hello])),
        unproved.frameOf(writePayload([unproved.sayProve(), hello])),
      ];
      door.fleet.pass(1000);
      const newer = await openSealedHost(door.url, older.keys);
      await newer.prove();
      await newer.tell(hello, claim);
      expect(await runState()).toBe('delivered');
      for (const { bytes } of heldBack) expect((await newer.send(bytes)).status).toBe(410);
      expect(await runState()).toBe('delivered');
      expect(await newer.tell(whoAmI)).toMatchObject([{ type: 'host' }]);
    });

    test('of an older session is obeyed at no server of the database, once the newer one said hello', async () => {
      const { database, door, hello, runState, host: older } = await entered(open);
      const second = await openSecondDoor(door, kind);
      older.moveTo(second.url);
      await older.tell(whoAmI);
      const heldBack = [hello, claim, { type: 'ran', runs: [], is_last: true }].map((said) =>
        older.frameOf(writePayload([said])),
      );
      await door.fleet.administer((all) => all.hosts.change(1, { toldStoreId: null }));
      door.fleet.pass(1000);
      const newer = await openSealedHost(door.url, older.keys);
      await newer.tell(newer.sayProve(), hello);
      for (const { bytes } of heldBack) expect((await older.send(bytes)).status).toBe(410);
      expect(await runState()).toBeUndefined();
      expect((await database.storage.tables.hosts.byId(1))?.toldStoreId).toBeNull();
    });

    test('of the same session is not obeyed at another server after a later request was', async () => {
      const { door, hello, runState, host } = await entered(open);
      const second = await openSecondDoor(door, kind);
      const first = host.session.instance;
      host.moveTo(second.url);
      await host.tell(whoAmI);
      const heldBack = host.frameOf(writePayload([hello]));
      host.moveTo(door.url);
      host.session.instance = first;
      await host.tell(hello, claim);
      expect(await runState()).toBe('delivered');
      host.moveTo(second.url);
      expect((await host.send(heldBack.bytes)).status).toBe(410);
      expect(await runState()).toBe('delivered');
    });

    test('as a word of a run that was not begun, or just began, moves nothing once a later request was obeyed', async () => {
      for (const isNewSession of [false, true]) {
        const { door, hello, runState, host } = await entered(open);
        const second = await openSecondDoor(door, kind);
        await host.tell(hello);
        const first = host.session.instance;
        host.moveTo(second.url);
        await host.tell(whoAmI);
        const there = host.session.instance;
        host.moveTo(door.url);
        host.session.instance = first;
        const [given] = (await host.tell(hello, claim)).filter(({ type }) => type === 'run');
        const of = { run: given?.type === 'run' ? given.run : '', attempt: 1 };
        host.session.instance = there;
        const heldBack = [
          { type: 'refused', ...of, code: 'journal_full' },
          { type: 'started', ...of, started_at_ms: 1 },
        ].map((said) => host.frameOf(writePayload([said])));
        host.session.instance = first;
        door.fleet.pass(1000);
        const speaker = isNewSession ? await openSealedHost(door.url, host.keys) : host;
        if (isNewSession) await speaker.prove();
        // The host does not hold it: it is queued again, and given under the same attempt.
        expect(await speaker.tell(hello, claim)).toMatchObject([{}, { type: 'run', ...of }, {}]);
        host.moveTo(second.url);
        for (const { bytes } of heldBack) expect((await host.send(bytes)).status).toBe(410);
        expect(await runState()).toBe('delivered');
        await speaker.tell({ type: 'started', ...of, started_at_ms: 2 });
        expect(await runState()).toBe('running');
      }
    });

    test('is not obeyed after the host was disabled and enabled, or trusts anew with the same key (its sessions came back)', async () => {
      const ways = ['enable', 'trust'] as const;
      for (const way of ways) {
        const { database, door, hello, host } = await entered(open);
        const { decide } = database.storage;
        const now = () => {
          door.fleet.pass(1000);
          return door.fleet.mind.clock();
        };
        await host.tell(hello);
        const heldBack = [
          whoAmI,
          { type: 'commands_list' },
          hello,
          claim,
          host.sayRotate(newChannelKey()),
        ].map((said) => host.frameOf(writePayload([said])));
        if (way === 'trust') {
          await decide('allowV1', { hosts: ['1'], now: now(), ...asTester });
          door.fleet.pass(1000);
          const stranger = await openSealedHost(door.url, host.keys);
          await stranger.tell(stranger.sayEnrol());
        } else {
          for (const deed of ['disable', 'enable'] as const) {
            const change = { hosts: ['1'], deed, agreedHosts: 1, now: now(), ...asTester };
            expect(await decide('changeHostsStanding', change)).toMatchObject({ changed: [{}] });
          }
        }
        const key = (await database.storage.tables.hosts.byId(1))?.channelKey;
        for (const { bytes } of heldBack) expect((await host.send(bytes)).status, way).toBe(410);
        expect((await database.storage.tables.hosts.byId(1))?.channelKey).toBe(key);
        door.fleet.pass(1000);
        const newer = await openSealedHost(door.url, host.keys);
        expect(await newer.tell(newer.sayProve(), whoAmI)).toMatchObject([{}, { type: 'host' }]);
      }
    });

    test('as an enrolment is not done after an administrator allowed v1, disabled or removed the host', async () => {
      const { database, door, host } = await entered(open);
      const { decide } = database.storage;
      const hosts = ['1'];
      const now = () => {
        door.fleet.pass(1000);
        return door.fleet.mind.clock();
      };
      const change = {
        allow: () => decide('allowV1', { hosts, now: now(), ...asTester }),
        standing: (deed: 'disable' | 'enable') =>
          decide('changeHostsStanding', { hosts, deed, agreedHosts: null, now: now(), ...asTester }),
        remove: () => decide('removeHosts', { hosts, agreedHosts: 1, now: now(), ...asTester }),
      };
      const keyOf = async () => (await database.storage.tables.hosts.byId(1))?.channelKey;
      await change.allow();
      const holdBack = async () => {
        const stranger = await openSealedHost(door.url, host.keys);
        const sayings = [stranger.sayEnrol(), stranger.sayVerify(host.token)];
        return sayings.map((said) => stranger.frameOf(writePayload([said])));
      };
      const beforeDisabled = await holdBack();
      await change.standing('disable');
      await change.standing('enable');
      const beforeAllowed = await holdBack();
      const honest = await openSealedHost(door.url, host.keys);
      await honest.tell(honest.sayEnrol());
      await change.allow();
      for (const { bytes } of [...beforeDisabled, ...beforeAllowed]) {
        expect((await host.send(bytes)).status).toBe(410);
      }
      expect(await keyOf()).toBeNull();
      const beforeRemoved = await holdBack();
      await change.remove();
      for (const { bytes, open: read } of beforeRemoved) {
        expect(read((await host.send(bytes)).body)?.toString()).toContain('"proof_invalid"');
      }
    });
  });
});

describe('sessions of one host side by side', () => {
  eachDatabase((open, kind) => {
    test('cost each other a handshake, and both get on', async () => {
      const { door, host } = await entered(open);
      let handshakes = 0;
      /** A process of the host: shakes hands whenever its session has ended. */
      const startProcess = () => {
        let present: SealedHost | undefined;
        return async (said: Said) => {
          const heard = await present?.say(said);
          if (heard?.status === 200) return heard.messages;
          expect([undefined, 410]).toContain(heard?.status);
          present = await openSealedHost(door.url, host.keys);
          handshakes += 1;
          await present.prove();
          return present.tell(said);
        };
      };
      const [one, other] = [startProcess(), startProcess()];
      for (let round = 0; round < 5; round += 1) {
        expect(await one(whoAmI)).toMatchObject([{ type: 'host' }]);
        expect(await other({ type: 'commands_list' })).toMatchObject([{ type: 'commands' }]);
      }
      expect(handshakes).toBe(10);
      await one(whoAmI);
      await one(whoAmI);
      expect(handshakes).toBe(11);
    });

    test('are told apart where the clocks of two servers differ: one handshake more, and it goes on', async () => {
      const { door, hello, host } = await entered(open);
      await host.tell(hello);
      const behind = await openSecondDoor(door, kind);
      behind.fleet.pass(-60_000);
      const early = await openSealedHost(behind.url, host.keys);
      expect((await early.say(early.sayProve())).status).toBe(410);
      const late = await openSealedHost(behind.url, host.keys);
      await late.tell(late.sayProve(), hello);
      expect((await host.say(hello)).status).toBe(410);
    });

    test('write nothing while there is nothing to do', async () => {
      const { database, hello, host } = await entered(open);
      await host.tell(hello, claim);
      const before = await database.storage.tables.hosts.byId(1);
      for (let count = 0; count < 3; count += 1) {
        expect(await host.tell(claim)).toMatchObject([{ type: 'claimed', runs: 0 }]);
      }
      expect(await database.storage.tables.hosts.byId(1)).toEqual(before);
    });
  });
});

/** A host that has proved itself, and a command that it was not given yet. */
async function entered(open: () => Promise<OpenDatabase>) {
  const database = await open();
  const door = await openDoor(database);
  const host = await openSealedHost(door.url);
  const token = await door.addToken();
  await host.enter(token);
  const wireNumber = await door.fleet.define();
  const { tables } = database.storage;
  const { storeId } = await tables.server.read();
  await door.fleet.administer((all) => all.hosts.change(1, { toldStoreId: storeId }));
  const journal = { id: randomUUID(), is_intact: true };
  return {
    database,
    door,
    host: { ...host, token },
    hello: { type: 'hello', capability: 1, facts, boot: 'boot', journal, held: [] },
    runState: async () => (await tables.runs.ofHost(1, wireNumber))?.state,
  };
}

async function openSecondDoor(first: OpenDoor, kind: DatabaseKind): Promise<OpenDoor> {
  const storage = kind === 'postgres' ? await first.database.openAgain() : first.database.storage;
  const { masterKey, serverKeys, ticketKeys } = first.fleet.mind;
  return openDoor(first.database, { mind: () => ({ storage, masterKey, serverKeys, ticketKeys }) });
}
