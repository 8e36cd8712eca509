import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nextSigningKey } from '../../src/domain/key-succession.ts';
import { type SessionTicket, sealTicket } from '../../src/domain/session-ticket.ts';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { asTester } from '../domain/tester.ts';
import { openSealedHost, type SealedHost } from '../sealed-host.ts';
import { openDoor } from './open-door.ts';

const facts = { hostname: 'h', os: 'linux', os_release: '6', architecture: 'x64', client_version: '1' };
const farAhead = 2 ** 53;

describe('who stole the ticket keys', () => {
  eachDatabase((open) => {
    test('cannot shut a host out for long: a session that says to have begun far ahead is none, and counts for nothing', async () => {
      const { door, database, host, hello, forge } = await entered(open);
      const far = await forge({ begunAt: farAhead });
      expect(await far.say(hello)).toMatchObject({ status: 410 });
      // As it would stand there after a clock was set back.
      await door.fleet.administer((all) =>
        all.hosts.change(1, { sessionsFrom: farAhead, counterFrom: farAhead }),
      );
      await host.tell(hello);
      expect((await database.storage.tables.hosts.byId(1))?.sessionsFrom).toBeLessThan(farAhead);
      // The most that he can say costs the host one handshake.
      const { clock } = door.fleet.mind;
      const near = await forge({ begunAt: clock() + 5 * 60_000 });
      await near.tell(hello);
      expect(await host.say(hello)).toMatchObject({ status: 410 });
      door.fleet.pass(1);
      const other = await openSealedHost(door.url, host.keys);
      await other.tell(other.sayProve(), hello);
    });

    test('has nothing left once the server has a new signing key: hosts begin anew, whatever was said of them', async () => {
      const { door, database, host, hello, forge } = await entered(open);
      const thief = await forge({ begunAt: door.fleet.mind.clock() + 5 * 60_000 });
      await thief.tell(hello);
      await rotate(door);
      door.fleet.pass(1);
      const row = await database.storage.tables.hosts.byId(1);
      expect([row?.sessionsFrom, row?.counterFrom]).toEqual([null, null]);
      await expect.poll(async () => (await thief.say(hello)).status).toBe(410);
      const fresh = await openSealedHost(door.url, host.keys);
      await fresh.tell(fresh.sayProve(), hello);
    });
  });
});

/** A host that has proved itself, and tickets for it as somebody seals them who has the ticket keys. */
async function entered(open: () => Promise<OpenDatabase>) {
  const database = await open();
  const door = await openDoor(database);
  const host = await openSealedHost(door.url);
  await host.enter(await door.addToken());
  const { mind } = door.fleet;
  const { channelKey } = (await database.storage.tables.hosts.byId(1))!;
  const ticketKeys = await mind.ticketKeys();
  const { signingKeyText } = await mind.serverKeys();
  const forge = async (times: Pick<SessionTicket, 'begunAt'>): Promise<SealedHost> => {
    const thief = await openSealedHost(door.url);
    const secret = randomBytes(32);
    const expiresAt = mind.clock() + 60_000;
    const of = { id: 1, channelKey: channelKey! };
    const forged = { secret, transcript: randomBytes(32), expiresAt, host: of, ...times };
    Object.assign(thief.session, { secret, ticket: sealTicket(ticketKeys, signingKeyText, forged) });
    return thief;
  };
  const journal = { id: randomUUID(), is_intact: true };
  return {
    database,
    door,
    host,
    forge,
    hello: { type: 'hello', capability: 1, facts, boot: 'boot', journal, held: [] },
  };
}

async function rotate({ fleet: { mind } }: Awaited<ReturnType<typeof openDoor>>): Promise<void> {
  const next = nextSigningKey(await mind.serverKeys(), mind.masterKey, undefined, mind.clock());
  await mind.storage.decide('succeedSigningKey', { ...next, now: mind.clock(), ...asTester });
}
