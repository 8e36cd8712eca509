import { createHash } from 'node:crypto';
import { writePayload } from '@remotes/protocol/messages/payload';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { newChannelKey, openSealedHost, type SealedHost, sendFrame } from '../sealed-host.ts';
import { openDoor } from './open-door.ts';

/** Random, and the same each time. */
function createChance(seed: string) {
  let state = createHash('sha256').update(seed).digest();
  let at = 0;
  const byte = () => {
    if (at === state.length) {
      state = createHash('sha256').update(state).digest();
      at = 0;
    }
    return state[at++] ?? 0;
  };
  const below = (limit: number) => ((byte() << 16) | (byte() << 8) | byte()) % limit;
  return { below, oneOf: <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item };
}
type Chance = ReturnType<typeof createChance>;

describe('whatever arrives at the sealed paths', () => {
  eachDatabase((open, kind) => {
    // PostgreSQL takes longer and knows nothing that SQLite does not.
    const count = kind === 'sqlite' ? 1000 : 200;

    test('frames that were changed are refused, with nothing stored and no fault', async () => {
      const { door, host } = await entered();
      const before = await stored(door);
      const chance = createChance('frames');
      const frame = host.frameOf(writePayload([host.sayRotate(newChannelKey())])).bytes;
      for (let round = 0; round < count; round += 1) {
        const { status } = await sendFrame(door.url, mutated(frame, chance));
        expect([400, 409, 410]).toContain(status);
      }
      expect(await stored(door)).toEqual(before);
      expect(faultsOf(door)).toEqual([]);
      await host.prove();
    });

    test('handshakes that were changed get a handshake or a refusal, with nothing stored and no fault', async () => {
      const { door } = await entered();
      const before = await stored(door);
      const chance = createChance('handshakes');
      const good = Buffer.from(
        JSON.stringify({
          versions: [1],
          ephemeral: Buffer.alloc(32, 9).toString('base64url'),
          nonce: Buffer.alloc(32, 1).toString('base64url'),
        }),
      );
      for (let round = 0; round < count; round += 1) {
        const { status } = await door.call('/sealed/handshake/', { body: mutated(good, chance) });
        expect([200, 400]).toContain(status);
      }
      expect(await stored(door)).toEqual(before);
      expect(faultsOf(door)).toEqual([]);
    });

    test('messages of any shape, well sealed, are refused or passed over, with no fault and nobody let in', async () => {
      const { door, host, token } = await entered();
      const before = await stored(door);
      const chance = createChance('messages');
      const stranger = await openSealedHost(door.url);
      for (let round = 0; round < count; round += 1) {
        const speaker = chance.oneOf([host, stranger]);
        const plain = chance.below(4) === 0;
        const payload = writePayload([changed(chance.oneOf(messagesOf(speaker, token)), chance)]);
        const frame = speaker.frameOf(plain ? mutated(payload, chance) : payload);
        const { status, body } = await speaker.send(frame.bytes);
        expect(status).toBe(200);
        expect(frame.open(body)).toBeDefined();
      }
      expect(await stored(door)).toEqual(before);
      expect(faultsOf(door)).toEqual([]);
      await host.prove();
    });

    async function entered() {
      const door = await openDoor(await open());
      const host = await openSealedHost(door.url);
      const token = await door.addToken();
      await host.enter(token);
      return { door, host, token };
    }
  });
});

type Door = Awaited<ReturnType<typeof openDoor>>;

/** What somebody could have got in. A greeting may change what a host says of itself, and nothing else. */
async function stored({ database }: Door) {
  const { tables } = database.storage;
  const hosts = (await tables.hosts.list()).map(({ id, uuid, state, channelKey, publicPem }) => ({
    id,
    uuid,
    state,
    channelKey,
    publicPem,
  }));
  const tokens = (await tables.registrationTokens.list()).map(({ verifiedCount }) => verifiedCount);
  return { hosts, tokens, runs: await tables.runs.list({ limit: 10 }), server: await tables.server.read() };
}

function faultsOf({ logLines }: Door) {
  return logLines.filter((line) => JSON.parse(line).level >= 50);
}

function mutated(bytes: Buffer, chance: Chance): Buffer {
  const changed = Buffer.from(bytes);
  const at = chance.below(bytes.length);
  switch (chance.below(4)) {
    case 0:
      return changed.subarray(0, at);
    case 1:
      return Buffer.concat([changed, Buffer.alloc(1 + chance.below(40), chance.below(256))]);
    case 2:
      return Buffer.concat([changed.subarray(0, at), changed.subarray(at + 1 + chance.below(9))]);
    default:
      for (let count = 1 + chance.below(4); count > 0; count -= 1) {
        const place = chance.below(changed.length);
        changed[place] = (changed[place] ?? 0) ^ (1 + chance.below(255));
      }
      return changed;
  }
}

type Words = Parameters<SealedHost['sayOnce']>[0][number];

function messagesOf(host: SealedHost, token: string) {
  const run = '00000000-0000-4000-8000-000000000000';
  return [
    host.sayRegister(token),
    host.sayVerify(token),
    host.sayEnrol(),
    host.sayProve(),
    host.sayRotate(newChannelKey()),
    { type: 'hello', capability: 1, facts: {}, boot: '', journal: { id: run, is_intact: true }, held: [] },
    { type: 'ran', runs: [{ run }], is_last: true },
    { type: 'claim', limit: 1, wire_number: 1 },
    { type: 'started', run, attempt: 1, started_at_ms: 1 },
    { type: 'output', run, attempt: 1, stream: 'stdout', chunk: 0, bytes: 3 },
    { type: 'finished', run, attempt: 1, statement: '{}', signature: 'x'.repeat(86), result: null },
    { type: 'refused', run, attempt: 1, code: 'journal_full' },
  ] as const satisfies readonly Record<string, unknown>[];
}

/** One member of it is another. */
function changed(message: Readonly<Record<string, unknown>>, chance: Chance): Words {
  const members = Object.keys(message).filter((name) => name !== 'type');
  const name = chance.oneOf(members);
  const values = [
    null,
    0,
    -1,
    1e300,
    '',
    'x',
    '\u0000',
    '\ud800',
    [],
    {},
    true,
    'x'.repeat(43),
    2 ** 53,
    [[]],
  ];
  const value = chance.oneOf(values);
  return { ...message, [name]: value } as Words;
}
