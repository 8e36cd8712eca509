import { readFile, writeFile } from 'node:fs/promises';
import { readFrame } from '@remotes/protocol/crypto/frame';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endpointUrl } from '../../src/endpoints.ts';
import { openSealedSession } from '../../src/session/sealed-session.ts';
import {
  cut,
  type FakeKey,
  type FakeSealedServer,
  flipLastByte,
  newKey,
  refuseWith,
  startFakeSealedServer,
  succeed,
} from '../fake-sealed-server.ts';
import { addLines, makePinnedHost, type PinnedHost } from './pinned-host.ts';

let fake: FakeSealedServer;
let host: PinnedHost;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  host = await makePinnedHost(fake);
});
afterEach(() => fake.close());

const ask = { type: 'host_status' };
const open = async (context = host.context()) => (await openSealedSession(context))!;
const saidTypes = () => fake.said.map(({ type }) => type);
const frames = () =>
  fake.asked.filter(({ path }) => path === '/sealed/messages/').map(({ body }) => readFrame(body)!);
const hostAnswer = [{ type: 'host', answer: expect.objectContaining({ status: 'OK' }) }];

describe('a session with a pinned server', () => {
  test('shakes hands once, proves the host along with what it says first, and sends no token', async () => {
    const session = await open();
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(await session.ask([ask, ask])).toEqual([...hostAnswer, ...hostAnswer]);
    expect(saidTypes()).toEqual(['prove', 'host_status', 'host_status', 'host_status']);
    expect({ fake: fake.handshakes, own: session.handshakes() }).toEqual({ fake: 1, own: 1 });
    expect(fake.asked.map(({ path }) => path)).toEqual([
      '/sealed/handshake/',
      '/sealed/messages/',
      '/sealed/messages/',
    ]);
    for (const { headers } of fake.asked) expect(headers).not.toHaveProperty('authorization');
    expect(session.server.id).toBe(fake.serverId);
  });

  test('is not there without a pin, and a damaged pin does not pass for none', async () => {
    const v1 = await makePinnedHost(fake, { isPinned: false });
    expect(await openSealedSession(v1.context())).toBeUndefined();
    await addLines(v1.settings, `[trust]\nserver = ${fake.serverId}\n`);
    await expect(openSealedSession(v1.context())).rejects.toThrow(/section \[trust\] of .* is damaged/);
    await addLines(host.settings, 'recovered_at = yesterday\n');
    await expect(openSealedSession(host.context())).rejects.toThrow(/section \[trust\] of .* is damaged/);
    expect(fake.asked).toEqual([]);
  });

  test('leaves no v1 path open to anybody, and those that are public', async () => {
    const { settings } = host.context();
    for (const name of ['host_status', 'commands_list', 'command_get', 'command_post', 'host_register'])
      expect(() => endpointUrl(settings, name)).toThrow('the sealed protocol alone');
    for (const name of ['discover', 'handshake', 'messages'])
      expect(endpointUrl(settings, name).origin).toBe(fake.url);
  });

  test('goes on in a new instance when the server has forgotten it, and says the same again', async () => {
    const session = await open();
    await session.ask([ask]);
    fake.forget('instances');
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(fake.handshakes).toBe(1);
    expect(frames().map(({ counter }) => counter)).toEqual([0, 1, 2, 3]);
  });

  test('never says anything with a counter that it has used, however many instances it was offered (it forgot all after 64)', async () => {
    const session = await open();
    await session.ask([ask]);
    const first = frames()[0]!.instance;
    for (let restarts = 0; restarts < 70; restarts++) {
      fake.forget('instances');
      await session.ask([ask]);
    }
    fake.offer(first);
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(frames().at(-1)?.instance).toEqual(first);
    const counters = frames().map(({ counter }) => counter);
    expect(new Set(counters).size).toBe(counters.length);
    expect(counters).toEqual(counters.toSorted((one, other) => one - other));
  });

  test.each([2, 3, 4])('goes on where %i servers take turns at answering', async (servers) => {
    fake.servers = servers;
    const session = await open();
    const count = 60;
    for (let done = 0; done < count; done++) expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(fake.handshakes).toBe(1);
    expect(saidTypes().filter((type) => type === 'host_status')).toHaveLength(count);
    // It has learnt whose turn it is: few are asked in another's instance.
    expect(frames().length).toBeLessThan(count * 1.7);
  });

  test('shakes hands anew when the server has ended it', async () => {
    const session = await open();
    await session.ask([ask]);
    fake.forget('sessions');
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(session.handshakes()).toBe(2);
  });

  test('shakes hands anew in the last hour of a day, by the time of the server', async () => {
    const session = await open();
    const later = (hours: number) =>
      fake.answer('hello', () => [
        {
          type: 'welcome',
          capability: 1,
          time_ms: Date.now() + hours * 3_600_000,
          claim_limit: 1,
          heartbeat_seconds: 1,
          wants_past: false,
          unknown: [],
        },
      ]);
    later(22.9);
    await session.ask([{ type: 'hello' }]);
    await session.ask([ask]);
    expect(session.handshakes()).toBe(1);
    later(23.1);
    await session.ask([{ type: 'hello' }]);
    await session.ask([ask]);
    expect(session.handshakes()).toBe(2);
  });

  test("tells the server's time although this machine's clock is a year off", async () => {
    const yearMs = 365 * 86_400_000;
    fake.nowMs = () => Date.now() + yearMs;
    const session = await open();
    await session.ask([ask]);
    expect(Math.abs(session.serverNowMs() - Date.now() - yearMs)).toBeLessThan(10_000);
  });

  test('says one request after the other, whatever the number that ask at once', async () => {
    const session = await open();
    await Promise.all(Array.from({ length: 5 }, () => session.ask([ask])));
    expect(frames().map(({ counter }) => counter)).toEqual([0, 1, 2, 3, 4]);
    expect(fake.handshakes).toBe(1);
  });

  test('proves the host in a request of its own before it says much', async () => {
    const session = await open();
    fake.answer('finished', () => []);
    await session.ask([{ type: 'finished', result: 'x'.repeat(2_000_000) } as { type: string }]);
    expect(saidTypes()).toEqual(['prove', 'finished']);
    expect(frames()).toHaveLength(2);
    expect(frames()[0]?.sealed.length).toBeLessThan(1000);
  });

  test('passes over what it does not know, and is troubled by what has a wrong shape', async () => {
    const session = await open();
    fake.answer('host_status', () => [{ type: 'of_tomorrow' } as never]);
    expect(await session.ask([ask])).toEqual([]);
    fake.answer('host_status', () => [{ type: 'claimed', runs: 'many' } as never]);
    await expect(session.ask([ask])).rejects.toThrow('in a shape that it never has');
  });
});

describe('a refusal', () => {
  test('of the host comes back among the answers, that of its proof too', async () => {
    const disabled = { type: 'refusal', of: 'prove', code: 'host_disabled', sentence: 'No.' } as const;
    fake.answer('prove', () => [disabled]);
    expect(await (await open()).ask([ask])).toEqual([disabled]);
    expect(saidTypes()).toEqual(['prove']);
  });

  test('of the channel key names what an administrator and the host can do', async () => {
    fake.hosts.get(host.uuid)!.channelKey = undefined;
    await expect((await open()).ask([ask])).rejects.toThrow(
      /allow-v1.*restored.*--action=trust --fingerprint F/,
    );
  });

  test('that nobody sealed, message_replayed, makes it say the same once more with a higher counter', async () => {
    const session = await open();
    await session.ask([ask]);
    fake.meddle({ before: refuseWith(409) });
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(frames().map(({ counter }) => counter)).toEqual([0, 1, 2]);
    expect(fake.handshakes).toBe(1);
  });

  test.each([
    ['seal_broken', 400],
    ['session_ended', 410],
  ])('that nobody sealed, %s, makes it shake hands once, and then it is a trouble', async (_, status) => {
    const session = await open();
    await session.ask([ask]);
    fake.meddle({ before: refuseWith(status) });
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(fake.handshakes).toBe(2);
    fake.meddle({ before: refuseWith(status) }, { before: refuseWith(status) });
    await expect(session.ask([ask])).rejects.toThrow('ends each session as soon as it began');
    expect(await session.ask([ask])).toEqual(hostAnswer);
  });

  test('that asks for patience is a trouble that says for how long', async () => {
    const session = await open();
    fake.meddle({
      before: (_, response) => {
        response
          .writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '7' })
          .end('{"detail":"Busy."}');
        return 'done';
      },
    });
    await expect(session.ask([ask])).rejects.toMatchObject({
      message: 'the server refused: Busy. (HTTP 503)',
      retryAfterSeconds: 7,
    });
  });
});

describe('a claim that somebody may have kept the answer of', () => {
  const claim = { type: 'claim' };
  const hello = { type: 'hello' };
  beforeEach(() => {
    fake.answer('claim', () => [{ type: 'claimed', runs: 0, has_more: false, time_ms: Date.now() }]);
    fake.answer('hello', () => []);
  });
  const counted = (type: string) => saidTypes().filter((said) => said === type).length;

  test.each([409, 410, 400])('is not repeated as it stands after %i', async (status) => {
    const session = await open();
    await session.ask([ask]);
    fake.meddle({ after: refuseWith(status) });
    await expect(session.ask([claim])).rejects.toMatchObject({ code: 'unrepeated', isTrouble: true });
    expect([counted('claim'), frames().length]).toEqual([1, 2]);
    expect(await session.ask([hello, claim])).toMatchObject([{ type: 'claimed' }]);
  });

  test('is not repeated as it stands in another instance, as it may have met its own server too', async () => {
    const session = await open();
    await session.ask([ask]);
    fake.forget('instances');
    await expect(session.ask([claim])).rejects.toMatchObject({ code: 'unrepeated' });
    expect(counted('claim')).toBe(0);
    expect(await session.ask([hello, claim])).toMatchObject([{ type: 'claimed' }]);
    expect(fake.handshakes).toBe(1);
  });

  test.each([409, 410, 400])('is repeated after %i where a hello stands before it', async (status) => {
    const session = await open();
    await session.ask([ask]);
    fake.meddle({ after: refuseWith(status) });
    expect(await session.ask([hello, claim])).toMatchObject([{ type: 'claimed' }]);
    expect([counted('hello'), counted('claim')]).toEqual([2, 2]);
  });
});

describe('somebody in the middle', () => {
  test('who changes an answer is found out, and the session is begun anew', async () => {
    const session = await open();
    await session.ask([ask]);
    fake.meddle({ after: flipLastByte });
    await expect(session.ask([ask])).rejects.toMatchObject({ code: 'untrusted' });
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(fake.handshakes).toBe(2);
  });

  test('who answers with an older answer is found out', async () => {
    const session = await open();
    let older: Buffer = Buffer.alloc(0);
    await session.ask([]);
    fake.meddle({
      after: (answer) => {
        older = answer;
        return answer;
      },
    });
    await session.ask([ask]);
    fake.meddle({ after: () => older });
    await expect(session.ask([ask])).rejects.toMatchObject({ code: 'untrusted' });
  });

  test('who cuts the wire before or after the server obeyed costs one request, not the session', async () => {
    const session = await open();
    await session.ask([ask]);
    for (const when of ['before', 'after'] as const) {
      fake.meddle(when === 'before' ? { before: cut } : { after: cut });
      await expect(session.ask([ask])).rejects.toMatchObject({ code: 'network' });
      expect(await session.ask([ask])).toEqual(hostAnswer);
    }
    expect(fake.handshakes).toBe(1);
    expect(frames().map(({ counter }) => counter)).toEqual([0, 1, 2, 3, 4]);
  });

  test('who cuts off the answer to the proof does not keep the host from proving itself again', async () => {
    const session = await open();
    fake.meddle({ after: cut });
    await expect(session.ask([ask])).rejects.toMatchObject({ code: 'network' });
    expect(await session.ask([ask])).toEqual(hostAnswer);
  });

  test('who redirects a frame elsewhere gets none', async () => {
    const other = await startFakeSealedServer();
    try {
      fake.meddle({
        before: (_, response) => {
          response.writeHead(307, { Location: `${other.url}/sealed/messages/`, Connection: 'close' }).end();
          return 'done';
        },
      });
      await expect((await open()).ask([ask])).rejects.toThrow('redirects to another server');
      expect(other.asked).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('who proves a key of his own is told nothing, and the pin stays', async () => {
    fake.signer = newKey();
    const before = await readFile(host.settings, 'utf8');
    await expect((await open()).ask([ask])).rejects.toThrow(
      /is not the one that .* has pinned: it was told nothing/,
    );
    expect(frames()).toEqual([]);
    expect(await readFile(host.settings, 'utf8')).toBe(before);
  });

  test('who proves the right key for another system is told nothing', async () => {
    fake.proof = (proof) => ({ ...proof, server: fake.newUuid() });
    await expect((await open()).ask([ask])).rejects.toMatchObject({ code: 'untrusted' });
    expect(frames()).toEqual([]);
  });

  test('who names a key and signs with another is told nothing', async () => {
    const own = newKey();
    fake.signer = own;
    fake.proof = (proof) => ({ ...proof, signing_key: fake.signing.text });
    await expect((await open()).ask([ask])).rejects.toThrow('not signed with the key that it names');
    expect(frames()).toEqual([]);
  });

  test('who holds the keys of the server and seals anything at all is a trouble at worst, and no fault', async () => {
    const session = await open();
    await session.ask([ask]);
    const spoilt = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => () => Buffer.from(bytes)),
      fc.nat().map((at) => (plain: Buffer) => plain.subarray(0, at % plain.length)),
      fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (plain: Buffer) => {
        const changed = Buffer.from(plain);
        changed[at % plain.length]! ^= bits;
        return changed;
      }),
      fc.jsonValue().map((value) => () => payloadOf({ messages: [value] })),
      fc.jsonValue().map((value) => () => payloadOf(value)),
    );
    await fc.assert(
      fc.asyncProperty(spoilt, async (payload) => {
        fake.payload = payload;
        const outcome = await session.ask([ask]).catch((error: unknown) => error);
        if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ code: 'answer', isTrouble: true });
      }),
      { numRuns: 300 },
    );
    fake.payload = (plain) => plain;
    expect(await session.ask([ask])).toEqual(hostAnswer);
  });

  test('who answers the handshake with anything at all is a trouble and no fault', async () => {
    const answer = { status: 200, url: new URL(fake.url), json: '{}', isOk: true, bytes: undefined };
    const bytes = fc.string().map((text) => Buffer.from(text).toString('base64url'));
    const key = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((b) => Buffer.from(b).toString('base64url'));
    const fields = fc.oneof(
      fc.dictionary(fc.constantFrom('version', 'ephemeral', 'nonce', 'ticket', 'sealed'), fc.jsonValue()),
      fc.record({ version: fc.constant(1), ephemeral: key, nonce: key, ticket: bytes, sealed: bytes }),
      fc.record({
        version: fc.constant(1),
        ephemeral: fc.constant('A'.repeat(43)),
        nonce: key,
        ticket: bytes,
        sealed: bytes,
      }),
    );
    await fc.assert(
      fc.asyncProperty(fields, async (given) => {
        const server = { ...host.context().server, ask: async () => ({ ...answer, fields: given }) as never };
        const session = await open({ ...host.context(), server });
        await expect(session.ask([ask])).rejects.toMatchObject({ code: 'untrusted', isTrouble: true });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a new signing key of the server', () => {
  const pinned = () => host.setting('trust', 'signing_key');
  const rotate = (next: FakeKey, ...successions: ReturnType<typeof succeed>[]) => {
    fake.signer = next;
    fake.proof = (proof) => ({ ...proof, successions });
  };

  test('is followed when the pinned key has named it, and the new pin written and said', async () => {
    const next = newKey();
    rotate(next, succeed(fake.serverId, fake.signing, next));
    const context = host.context();
    await addLines(host.settings, '\n[own]\nnote = written meanwhile\n');
    expect(await (await open(context)).ask([ask])).toEqual(hostAnswer);
    expect(pinned()).toBe(next.fingerprint);
    expect(host.setting('own', 'note')).toBe('written meanwhile');
    expect(host.setting('trust', 'recovery_key')).toBe(fake.recovery.fingerprint);
    expect(context.heard).toEqual([expect.stringContaining(`a new signing key, ${next.fingerprint}`)]);
  });

  test('is followed over several, each named by the one before or by the recovery key', async () => {
    const [second, third, fourth] = [newKey(), newKey(), newKey()];
    rotate(
      fourth,
      succeed(fake.serverId, newKey(), fake.signing),
      succeed(fake.serverId, fake.signing, second),
      succeed(fake.serverId, second, third, 'recovery', fake.recovery),
      succeed(fake.serverId, third, fourth),
    );
    expect(await (await open()).ask([ask])).toEqual(hostAnswer);
    expect(pinned()).toBe(fourth.fingerprint);
  });

  test.each<[string, (next: FakeKey) => ReturnType<typeof succeed>[]]>([
    ['nobody has named', () => []],
    ['it has named itself', (next) => [succeed(fake.serverId, fake.signing, next, 'signing', next)]],
    [
      'another recovery key has named',
      (next) => [succeed(fake.serverId, fake.signing, next, 'recovery', newKey())],
    ],
    ['was named for another system', (next) => [succeed(fake.newUuid(), fake.signing, next)]],
    ['is named after a former one of the pinned key', (next) => [succeed(fake.serverId, newKey(), next)]],
    [
      'a circle never arrives at',
      () => {
        const other = newKey();
        return [succeed(fake.serverId, fake.signing, other), succeed(fake.serverId, other, fake.signing)];
      },
    ],
    [
      'was named by words that were changed',
      (next) => [{ ...succeed(fake.serverId, fake.signing, newKey()), next_key: next.text }],
    ],
  ])('that %s is not followed', async (_, successions) => {
    const next = newKey();
    rotate(next, ...successions(next));
    await expect((await open()).ask([ask])).rejects.toMatchObject({ code: 'untrusted' });
    expect(pinned()).toBe(fake.signing.fingerprint);
    expect(frames()).toEqual([]);
  });

  describe('that the recovery key has named', () => {
    const recover = (previous: FakeKey, next: FakeKey, atMs: number) =>
      succeed(fake.serverId, previous, next, 'recovery', fake.recovery, atMs);
    const meet = async () => (await open()).ask([ask]);

    test('is followed by a host that has followed a thief with the stolen key (it was lost to him)', async () => {
      const [thief, next, last] = [newKey(), newKey(), newKey()];
      rotate(thief, succeed(fake.serverId, fake.signing, thief));
      await meet();
      expect(pinned()).toBe(thief.fingerprint);
      rotate(last, recover(fake.signing, next, 1000), succeed(fake.serverId, next, last));
      expect(await meet()).toEqual(hostAnswer);
      expect([pinned(), host.setting('trust', 'recovered_at')]).toEqual([last.fingerprint, '1000']);
      // The thief has him no more, whatever he adds.
      rotate(thief, recover(fake.signing, next, 1000), succeed(fake.serverId, fake.signing, thief));
      await expect(meet()).rejects.toMatchObject({ code: 'untrusted' });
      expect(pinned()).toBe(last.fingerprint);
    });

    test('is followed by a host that knows a key of later than the backup that the server was restored from', async () => {
      const [second, third] = [newKey(), newKey()];
      rotate(second, succeed(fake.serverId, fake.signing, second));
      await meet();
      rotate(fake.signing);
      await expect(meet()).rejects.toMatchObject({ code: 'untrusted' });
      rotate(third, recover(fake.signing, third, 1000));
      expect(await meet()).toEqual(hostAnswer);
      expect(pinned()).toBe(third.fingerprint);
    });

    test('is not followed again where a newer one was', async () => {
      const [first, second] = [newKey(), newKey()];
      rotate(second, recover(fake.signing, first, 1000), recover(first, second, 2000));
      await meet();
      expect(host.setting('trust', 'recovered_at')).toBe('2000');
      for (const atMs of [1000, 2000]) {
        rotate(first, recover(fake.signing, first, atMs));
        await expect(meet()).rejects.toMatchObject({ code: 'untrusted' });
      }
      expect(pinned()).toBe(second.fingerprint);
    });

    test('and the server has changed since, does not bring a host back that came later', async () => {
      const [old, present] = [newKey(), newKey()];
      const [recovery, rotation] = [recover(newKey(), old, 1000), succeed(fake.serverId, old, present)];
      rotate(present, recovery, rotation);
      await writeFile(
        host.settings,
        (await readFile(host.settings, 'utf8')).replace(fake.signing.fingerprint, present.fingerprint),
      );
      expect(await meet()).toEqual(hostAnswer);
      expect(host.setting('trust', 'recovered_at')).toBe('1000');
      rotate(old, recovery);
      await expect(meet()).rejects.toMatchObject({ code: 'untrusted' });
      expect(pinned()).toBe(present.fingerprint);
    });

    test('cannot be used up by a thief who shows it without leading on from it', async () => {
      const [thief, next] = [newKey(), newKey()];
      const recovery = recover(fake.signing, next, 1000);
      rotate(thief, succeed(fake.serverId, fake.signing, thief), recovery);
      await meet();
      expect([pinned(), host.setting('trust', 'recovered_at')]).toEqual([thief.fingerprint, undefined]);
      rotate(next, recovery);
      expect(await meet()).toEqual(hostAnswer);
      expect(pinned()).toBe(next.fingerprint);
    });

    test.each<[string, (next: FakeKey) => ReturnType<typeof succeed>]>([
      [
        'by another recovery key',
        (next) => succeed(fake.serverId, newKey(), next, 'recovery', newKey(), 1000),
      ],
      ['for another system', (next) => succeed(fake.newUuid(), newKey(), next, 'recovery', fake.recovery)],
      ['by words that were changed', (next) => ({ ...recover(newKey(), next, 1000), at_ms: 1001 })],
    ])('is not followed when it was named %s', async (_, make) => {
      const next = newKey();
      rotate(next, make(next));
      await expect(meet()).rejects.toMatchObject({ code: 'untrusted' });
      expect(pinned()).toBe(fake.signing.fingerprint);
    });
  });

  test('does not bring another recovery key along', async () => {
    const [next, thief] = [newKey(), newKey()];
    rotate(next, succeed(fake.serverId, fake.signing, next));
    const honest = fake.proof;
    fake.proof = (proof) => ({ ...honest(proof), recovery_key: thief.text });
    expect(await (await open()).ask([ask])).toEqual(hostAnswer);
    expect(host.setting('trust', 'recovery_key')).toBe(fake.recovery.fingerprint);
  });

  test('is used, and said again the next time, where the settings file cannot be written', async () => {
    const next = newKey();
    rotate(next, succeed(fake.serverId, fake.signing, next));
    const context = host.context();
    const session = await open(context);
    await writeFile(host.settings, 'no settings file any more');
    expect(await session.ask([ask])).toEqual(hostAnswer);
    expect(context.heard.join()).toContain('the new pin could not be kept');
  });
});

function payloadOf(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}
