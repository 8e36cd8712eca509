import { sealRequest, sessionKeys } from '@remotes/protocol/crypto/frame';
import { writePayload } from '@remotes/protocol/messages/payload';
import { describe, expect, test } from 'vitest';
import { createSessionMemory } from '../../src/domain/session-memory.ts';
import { type DatabaseKind, eachDatabase, type OpenDatabase } from '../databases.ts';
import { openSealedHost, type SealedHost, sendFrame, shakeHands } from '../sealed-host.ts';
import { openDoor } from './open-door.ts';

const whoAmI = { type: 'host_status' };
const replayed = { detail: 'This message was said before, or came too late.' };
const broken = { detail: 'The seal of this message is broken.' };
const ended = { detail: 'This session is not known or has ended: shake hands again.' };

describe('frames of a session', () => {
  eachDatabase((open, kind) => {
    test('a frame that is sent twice is refused the second time, and on record', async () => {
      const { door, host } = await entered(open);
      const frame = host.frameOf(writePayload([whoAmI]));
      expect((await host.send(frame.bytes)).status).toBe(200);
      expect(await host.send(frame.bytes)).toMatchObject({ status: 409, json: replayed });
      expect(refusalsOf(door)).toMatchObject([
        {
          code: 'message_replayed',
          host: '000001',
          address: '127.0.0.1',
          requestId: expect.any(String),
        },
      ]);
      await host.tell(whoAmI);
    });

    test('what an honest host hears on an ordinary day is on record, and is no warning', async () => {
      const { door, host } = await entered(open);
      await door.fleet.define();
      await door.fleet.administer((all) => all.server.setStoreId(crypto.randomUUID()));
      await expect
        .poll(() => host.say({ type: 'claim', limit: 1 }))
        .toMatchObject({
          messages: [{ code: 'past_wanted' }],
        });
      await door.fleet.administer((all) => all.hosts.change(1, { state: 'disabled' }));
      await expect.poll(() => host.say(whoAmI)).toMatchObject({ status: 410, refusal: ended });
      expect(refusalsOf(door)).toEqual([]);
      const told = door.logLines.map((line) => JSON.parse(line)).filter(({ code }) => code);
      const everyday = { level: 30, address: '127.0.0.1', requestId: expect.any(String) };
      expect(told).toMatchObject([
        { ...everyday, code: 'past_wanted', of: 'claim', host: '000001' },
        { ...everyday, code: 'session_ended' },
      ]);
    });

    test('a frame that is sent again shows nobody to be there, at its own server or at another', async () => {
      const { door, host } = await entered(open);
      const second = await openSecondDoor(door, kind);
      const frame = host.frameOf(writePayload([whoAmI]));
      await host.send(frame.bytes);
      expect(door.fleet.mind.presence.take()).toMatchObject([{ hostId: 1 }]);
      for (const { url } of [door, second, second]) await sendFrame(url, frame.bytes);
      expect(door.fleet.mind.presence.take()).toEqual([]);
      expect(second.fleet.mind.presence.take()).toEqual([]);
    });

    test('a frame that comes after a later one is refused', async () => {
      const { host } = await entered(open);
      const early = host.frameOf(writePayload([whoAmI]));
      const late = host.frameOf(writePayload([whoAmI]));
      expect((await host.send(late.bytes)).status).toBe(200);
      expect(await host.send(early.bytes)).toMatchObject({ status: 409, json: replayed });
    });

    test('a frame with any part changed is refused, and nothing of it is done', async () => {
      const { door, host } = await entered(open);
      const frame = host.frameOf(writePayload([whoAmI])).bytes;
      const ticketAt = 27;
      const sealedAt = ticketAt + frame.readUInt16BE(25);
      const places = { version: 0, instance: 3, counter: 24, length: 26, ticket: ticketAt + 20 };
      const more = { keyId: ticketAt, nonce: sealedAt, text: sealedAt + 13, tag: frame.length - 1 };
      const codes = new Set<string>();
      for (const at of Object.values({ ...places, ...more })) {
        const changed = Buffer.from(frame);
        changed[at] = (changed[at] ?? 0) ^ 1;
        const { status, json } = await sendFrame(door.url, changed);
        expect([400, 410], String(at)).toContain(status);
        expect([broken, ended]).toContainEqual(json);
        codes.add((json as { detail: string }).detail);
      }
      expect(codes.size).toBe(2);
      for (const length of [0, 1, 26, 27, 200, frame.length - 1]) {
        expect([400, 410]).toContain((await sendFrame(door.url, frame.subarray(0, length))).status);
      }
      // The counter was not used up by any of them.
      expect((await host.send(frame)).status).toBe(200);
    });

    test('an answer is good for the request that it answers and for no other', async () => {
      const { host } = await entered(open);
      const one = host.frameOf(writePayload([whoAmI]));
      const two = host.frameOf(writePayload([whoAmI]));
      const { body } = await host.send(one.bytes);
      expect(two.open(body)).toBeUndefined();
      expect(one.open(body)).toBeInstanceOf(Buffer);
    });

    test("a ticket is good for its own session's keys alone", async () => {
      const { door, host } = await entered(open);
      const other = await shakeHands(door.url);
      const instance = Buffer.from(other.proof.instance, 'base64url');
      const head = { ticket: host.session.ticket, instance, counter: 0 };
      const frame = sealRequest(sessionKeys(other.secret, instance), head, writePayload([whoAmI]));
      expect(await sendFrame(door.url, frame)).toMatchObject({ status: 400, json: broken });
    });

    test('a session ends a day after its handshake', async () => {
      const { door, host } = await entered(open);
      door.fleet.pass(host.session.proof.expires_at_ms - host.session.proof.time_ms - 1);
      await host.tell(whoAmI);
      door.fleet.pass(1);
      expect(await host.say(whoAmI)).toMatchObject({ status: 410, refusal: ended });
    });

    test('a server that knows nothing of a session goes on with it in an instance of its own; nothing said before counts there', async () => {
      const { door, host } = await entered(open);
      const former = host.frameOf(writePayload([whoAmI]));
      expect((await host.send(former.bytes)).status).toBe(200);
      const second = await openSecondDoor(door, kind);
      host.moveTo(second.url);
      const heard = await host.sayOnce([whoAmI]);
      expect(heard.messages).toEqual([{ type: 'renew', instance: expect.stringMatching(/^[\w-]{22}$/) }]);
      // Whoever recorded a frame gets the offer, sealed, and nothing done.
      const repeated = await sendFrame(second.url, former.bytes);
      expect(repeated.status).toBe(200);
      expect(JSON.parse(former.open(repeated.body)?.subarray(4).toString() ?? '')).toEqual({
        messages: heard.messages,
      });
      expect(await host.tell(whoAmI)).toMatchObject([{ type: 'host' }]);
      expect(await host.tell(whoAmI)).toMatchObject([{ type: 'host' }]);
      // And back: the first one's count goes on where it was for nobody.
      host.moveTo(door.url);
      expect(await host.tell(whoAmI)).toMatchObject([{ type: 'host' }]);
      expect((await host.send(former.bytes)).status).toBe(200);
      expect(await host.tell(whoAmI)).toMatchObject([{ type: 'host' }]);
    });

    test('a session that was forgotten because there were too many goes on in a new instance', async () => {
      const sessions = createSessionMemory({ hosts: 2, strangers: 2 });
      const door = await openDoor(await open(), { mind: () => ({ sessions }) });
      const token = await door.addToken();
      const hosts: SealedHost[] = [];
      for (let count = 0; count < 3; count += 1) {
        const host = await openSealedHost(door.url);
        await host.enter(token);
        await host.tell(whoAmI);
        hosts.push(host);
      }
      const [first, second, third] = hosts;
      expect((await third?.sayOnce([whoAmI]))?.messages).toMatchObject([{ type: 'host' }]);
      expect((await second?.sayOnce([whoAmI]))?.messages).toMatchObject([{ type: 'host' }]);
      const old = first?.frameOf(writePayload([whoAmI])).bytes ?? Buffer.alloc(0);
      expect((await first?.sayOnce([whoAmI]))?.messages).toMatchObject([{ type: 'renew' }]);
      expect((await sendFrame(door.url, old)).status).toBe(200);
      expect(await first?.tell(whoAmI)).toMatchObject([{ type: 'host' }]);
    });

    test('nobody who merely shakes hands puts a host out of its session', async () => {
      const sessions = createSessionMemory({ hosts: 2, strangers: 2 });
      const door = await openDoor(await open(), { mind: () => ({ sessions }) });
      const host = await openSealedHost(door.url);
      await host.enter(await door.addToken());
      await host.tell(whoAmI);
      for (let count = 0; count < 5; count += 1) await shakeHands(door.url);
      expect((await host.sayOnce([whoAmI])).messages).toMatchObject([{ type: 'host' }]);
    });
  });
});

async function entered(open: () => Promise<OpenDatabase>) {
  const door = await openDoor(await open());
  const host = await openSealedHost(door.url);
  await host.enter(await door.addToken());
  return { door, host };
}

type Door = Awaited<ReturnType<typeof openDoor>>;

/** Another server of the same database, or the same one after it was started anew: it remembers no session. */
async function openSecondDoor(first: Door, kind: DatabaseKind): Promise<Door> {
  const storage = kind === 'postgres' ? await first.database.openAgain() : first.database.storage;
  const { masterKey, serverKeys, ticketKeys } = first.fleet.mind;
  return openDoor(first.database, { mind: () => ({ storage, masterKey, serverKeys, ticketKeys }) });
}

function refusalsOf({ logLines }: Door) {
  return logLines.map((line) => JSON.parse(line)).filter(({ level, code }) => level === 40 && code);
}
