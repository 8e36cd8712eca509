import { decryptOaep, signPss } from '@remotes/protocol/crypto/rsa';
import { signFor } from '@remotes/protocol/crypto/sign';
import { provingText } from '@remotes/protocol/values/signed-texts';
import { describe, expect, test } from 'vitest';
import type { RegistrationToken } from '../../src/domain/ports.ts';
import { newRegistrationToken, registrationSecretHash } from '../../src/domain/registration-token.ts';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { start } from '../domain/small-fleet.ts';
import { asTester } from '../domain/tester.ts';
import {
  type HostKeys,
  newChannelKey,
  newHostKeys,
  openSealedHost,
  type SealedHost,
} from '../sealed-host.ts';
import { type OpenDoor, openDoor } from './open-door.ts';

const whoAmI = { type: 'host_status' };
const list = '/api/v1/commands/list/';
const closed = 'This host has proved its key: it is served by the sealed protocol alone.';

describe('who is let into a session', () => {
  eachDatabase((open) => {
    test('a stranger may not say what only a host may, and nothing after it is read', async () => {
      const door = await openDoor(await open());
      const host = await openSealedHost(door.url);
      const token = await door.addToken();
      const said = [
        whoAmI,
        { type: 'claim', limit: 1 },
        { type: 'commands_list' },
        host.sayRotate(newChannelKey()),
      ];
      for (const one of said) {
        const heard = await host.say(one, host.sayRegister(token));
        expect(codesOf(heard)).toEqual(['host_unproved']);
        expect(heard.messages).toHaveLength(1);
      }
      expect(await door.database.storage.tables.hosts.list()).toEqual([]);
    });

    test('types that nobody knows are passed over; a known type in a wrong shape ends the request', async () => {
      const door = await openDoor(await open());
      const host = await openSealedHost(door.url);
      expect(await host.tell({ type: 'poem', lines: 3 }, { type: 'toString' })).toEqual([]);
      const token = await door.addToken();
      const heard = await host.say({ type: 'poem' }, { type: 'prove', host: 7 }, host.sayRegister(token));
      expect(heard.messages).toMatchObject([
        {
          type: 'refusal',
          of: 'prove',
          code: 'message_malformed',
          sentence: expect.stringContaining('shape'),
        },
      ]);
      expect(door.logLines.join()).toContain('"code":"message_malformed"');
    });

    test('what is no payload is refused, sealed', async () => {
      const { door, host } = await entered(open);
      const noPayloads = [
        '',
        'xx',
        '\0\0\0\x02[]',
        '\0\0\0\x04null',
        '\0\0\0\x0f{"messages":[1]}',
        '\xff'.repeat(9),
      ];
      for (const plain of noPayloads) {
        const frame = host.frameOf(Buffer.from(plain, 'latin1'));
        const { status, body } = await host.send(frame.bytes);
        expect(status).toBe(200);
        expect(frame.open(body)?.toString()).toContain('"message_malformed"');
      }
      const stranger = await openSealedHost(door.url);
      const large = { type: 'poem', lines: 'x'.repeat(3 * 1024 * 1024) };
      const { door: wide } = { door: await openDoor(await open(), { bodyLimitBytes: 8 * 1024 * 1024 }) };
      expect(wide.url).not.toBe(door.url);
      expect((await stranger.say(large)).status).toBe(413);
      const elsewhere = await openSealedHost(wide.url);
      expect(codesOf(await elsewhere.say(large))).toEqual(['message_malformed']);
    });

    test('registering and verifying may both be said again: the same host, the same enrolment', async () => {
      const door = await openDoor(await open());
      const token = await door.addToken();
      const host = await openSealedHost(door.url);
      await host.register(token);
      const { uuid } = host.keys;
      await host.register(token);
      expect(host.keys.uuid).toBe(uuid);
      const verify = host.sayVerify(token);
      expect(await host.tell(verify)).toMatchObject([{ type: 'verified', state: 'verified' }]);
      expect(await host.tell(verify)).toMatchObject([{ type: 'verified', state: 'verified' }]);
      await host.prove();
      expect(await door.database.storage.tables.hosts.list()).toHaveLength(1);
    });

    test('one request may hold everything from the proof on', async () => {
      const { door, host } = await entered(open);
      const again = await openSealedHost(door.url, host.keys);
      expect(await again.tell(again.sayProve(), whoAmI)).toMatchObject([
        { type: 'proved' },
        { type: 'host' },
      ]);
    });

    test('a host whose token wants approval is pending, and proves itself once it is approved', async () => {
      const database = await open();
      const door = await openDoor(database);
      const host = await openSealedHost(door.url);
      const token = await tokenOf(door, { mustApprove: true });
      await host.register(token);
      expect(await host.verify(token)).toBe('pending');
      expect(codesOf(await host.say(host.sayProve()))).toEqual(['host_not_approved']);
      await decideStanding(database, 'approve');
      await host.prove();
      await host.tell(whoAmI);
    });

    test('proofs that are not of this host, this key or this session are all refused alike', async () => {
      const { door, host, token } = await entered(open);
      const elsewhere = await openSealedHost(door.url, host.keys);
      const stranger = await openSealedHost(door.url, newHostKeys());
      const sign = (by: SealedHost, to: SealedHost, uuid = to.keys.uuid) => ({
        type: 'prove',
        host: uuid,
        signature: signFor('host handshake', by.keys.channel, provingText(to.session.transcript, uuid)),
      });
      const replayedProof = { ...host.sayProve() };
      const wrong = [
        sign(stranger, elsewhere),
        sign(stranger, elsewhere, '00000000-0000-4000-8000-000000000000'),
        replayedProof,
        {
          ...elsewhere.sayProve(),
          signature: signFor(
            'result',
            host.keys.channel,
            provingText(elsewhere.session.transcript, host.keys.uuid),
          ),
        },
        { ...host.sayEnrol() },
        { ...elsewhere.sayEnrol(), channel_key: stranger.channelText() },
        { ...elsewhere.sayEnrol(), proof: stranger.enrolmentProof(elsewhere.channelText(), host.keys.uuid) },
        { ...host.sayVerify(token) },
      ];
      for (const one of wrong) {
        expect(codesOf(await elsewhere.say(one)), JSON.stringify(one)).toEqual(['proof_invalid']);
      }
      expect(door.logLines.join()).toContain('"code":"proof_invalid"');
      await elsewhere.prove();
    });

    test('a v1 host has no channel key to prove; it enrols one by its RSA key, once, and v1 is closed to it', async () => {
      const door = await openDoor(await open());
      const keys = newHostKeys();
      const token = await enterByV1(door, keys);
      expect((await door.call(list, { token: keys.token })).status).toBe(200);
      const host = await openSealedHost(door.url, keys);
      expect(codesOf(await host.say(host.sayProve()))).toEqual(['proof_invalid']);
      expect(await host.tell(host.sayEnrol())).toEqual([{ type: 'enrolled' }]);
      expect(await host.tell(host.sayEnrol())).toEqual([{ type: 'enrolled' }]);
      await host.prove();
      expect(await door.call(list, { token: keys.token })).toMatchObject({
        status: 403,
        json: { detail: closed, results: [] },
      });
      expect(JSON.parse(door.logLines.find((line) => line.includes('"v1_closed"')) ?? '')).toMatchObject({
        level: 40,
        host: '000001',
        address: '127.0.0.1',
        requestId: expect.any(String),
      });
      for (const path of ['host/status/', 'commands/get/1/']) {
        const answer = await door.call(`/api/v1/${path}`, { token: keys.token });
        expect([answer.status, answer.json]).toEqual([403, { detail: closed }]);
      }
      const posted = await door.call('/api/v1/commands/post/1/', { token: keys.token, body: {} });
      expect([posted.status, posted.json]).toEqual([403, { detail: closed }]);
      const again = { token, body: { public_key: keys.rsa.publicPem } };
      expect((await door.call('/api/v1/host/register/', again)).json).toEqual({ detail: closed });
      const verify = { uuid: keys.uuid, encrypted: signPss(keys.rsa.privateKey, 'OK') };
      expect((await door.call('/api/v1/host/verify/', { token, body: verify })).json).toEqual({
        detail: closed,
      });

      const thief = await openSealedHost(door.url, { ...keys, channel: newChannelKey() });
      expect(codesOf(await thief.say(thief.sayEnrol()))).toEqual(['channel_key_enrolled']);
      expect(codesOf(await thief.say(thief.sayVerify(token)))).toEqual(['channel_key_enrolled']);
    });

    test('only a verified host enrols: others hear why not', async () => {
      const database = await open();
      const door = await openDoor(database);
      const keys = newHostKeys();
      const host = await openSealedHost(door.url, keys);
      const token = await door.addToken();
      await host.register(token);
      expect(codesOf(await host.say(host.sayEnrol()))).toEqual(['permission_denied']);
      await host.verify(token);
      await decideStanding(database, 'disable');
      door.fleet.pass(1000);
      const again = await openSealedHost(door.url, keys);
      expect(codesOf(await again.say(again.sayEnrol()))).toEqual(['host_disabled']);
      expect(codesOf(await again.say(again.sayVerify(token)))).toEqual(['host_disabled']);
      expect(codesOf(await again.say(again.sayRegister(token)))).toEqual(['host_disabled']);
    });

    test('allow-v1 forgets the key: the session ends, v1 is open, and a new key may be enrolled', async () => {
      const { database, door, host } = await entered(open);
      const { keys } = host;
      expect((await door.call(list, { token: keys.token })).status).toBe(403);
      const allowed = await database.storage.decide('allowV1', {
        hosts: ['000001'],
        now: start,
        ...asTester,
      });
      expect(allowed).toMatchObject({ changed: [{ uuid: keys.uuid }], unchanged: [] });
      expect((await host.say(whoAmI)).status).toBe(410);
      expect((await door.call(list, { token: keys.token })).status).toBe(200);
      const again = await openSealedHost(door.url, keys);
      expect(codesOf(await again.say(again.sayProve()))).toEqual(['proof_invalid']);
      keys.channel = newChannelKey();
      await again.tell(again.sayEnrol());
      await again.prove();
      expect((await door.call(list, { token: keys.token })).status).toBe(403);
      expect(
        await database.storage.decide('allowV1', { hosts: ['nobody'], now: start, ...asTester }),
      ).toMatchObject({
        declined: 'unknown_host',
      });
    });

    test('disabling a host ends its sessions at once, and it hears why when it proves itself', async () => {
      const { database, host } = await entered(open);
      await decideStanding(database, 'disable');
      expect((await host.say(whoAmI)).status).toBe(410);
      const again = await openSealedHost(host.url(), host.keys);
      expect(codesOf(await again.say(again.sayProve()))).toEqual(['host_disabled']);
      await decideStanding(database, 'enable');
      await again.prove();
    });

    test('removing a host ends its sessions at once', async () => {
      const { database, host } = await entered(open);
      await database.storage.decide('removeHosts', { hosts: ['1'], agreedHosts: 1, now: start, ...asTester });
      expect((await host.say(whoAmI)).status).toBe(410);
      const again = await openSealedHost(host.url(), host.keys);
      expect(codesOf(await again.say(again.sayProve()))).toEqual(['proof_invalid']);
    });

    test('a new channel key takes the place of the old one, signed by both; sessions under the old one end', async () => {
      const { door, host: other } = await entered(open);
      const host = await openSealedHost(door.url, other.keys);
      await host.prove();
      const next = newChannelKey();
      const good = host.sayRotate(next);
      const foreign = host.sayRotate(newChannelKey());
      const wrong = [
        { ...good, old_signature: foreign.old_signature },
        { ...good, new_signature: foreign.new_signature },
        { ...good, channel_key: foreign.channel_key },
      ];
      for (const one of wrong) expect(codesOf(await host.say(one))).toEqual(['proof_invalid']);
      const heard = await host.say(good, whoAmI);
      expect(heard.messages).toMatchObject([
        { type: 'key_rotated' },
        { type: 'refusal', of: 'host_status', code: 'host_unproved' },
      ]);
      expect((await host.say(whoAmI)).status).toBe(410);
      expect((await other.say(whoAmI)).status).toBe(410);
      const again = await openSealedHost(door.url, host.keys);
      expect(codesOf(await again.say(again.sayProve()))).toEqual(['proof_invalid']);
      host.keys.channel = next;
      await again.prove();
      await again.tell(whoAmI);
    });

    test('what the server remembers of a host from before it enrolled its key sends nobody away', async () => {
      const { database, door, host } = await entered(open);
      const { knownHosts, definitions } = door.fleet.mind;
      const [row] = await database.storage.tables.hosts.list();
      const { epoch } = await definitions.current();
      if (row) knownHosts.keep(row.id, epoch, { ...row, channelKey: null }, []);
      expect(knownHosts.find(1, epoch)?.channelKey).toBeNull();
      await host.tell(whoAmI);
    });

    test('visits of a session are seen: last, from where, and how often it polls', async () => {
      const { door, host } = await entered(open);
      door.fleet.mind.presence.take();
      await host.tell({ type: 'commands_list' });
      door.fleet.pass(60_000);
      await host.tell(whoAmI);
      await host.tell({ type: 'commands_list' });
      expect(door.fleet.mind.presence.take()).toMatchObject([
        { hostId: 1, at: door.fleet.mind.clock(), usualIntervalMs: 60_000, address: '127.0.0.1' },
      ]);
    });
  });
});

describe('registering over the sealed protocol', () => {
  eachDatabase((open) => {
    test('is refused for the same reasons as on v1', async () => {
      const database = await open();
      const door = await openDoor(database);
      const host = await openSealedHost(door.url);
      const expired = await tokenOf(door, { expiresAt: 1 });
      const once = await tokenOf(door, { uses: 1 });
      const token = await door.addToken();
      expect(codesOf(await host.say(host.sayRegister('wrong')))).toEqual(['invalid_token']);
      expect(codesOf(await host.say(host.sayRegister(expired)))).toEqual(['token_expired']);
      const noKey = { ...host.sayRegister(token), public_key: 'none' };
      expect(codesOf(await host.say(noKey))).toEqual(['invalid_public_key']);
      const other = await openSealedHost(door.url);
      await other.enter(once);
      expect(codesOf(await host.say(host.sayRegister(once)))).toEqual(['token_used_up']);
      expect(codesOf(await host.say({ ...other.sayVerify('wrong') }))).toEqual(['invalid_token']);
      expect((await database.storage.tables.hosts.list()).map(({ uuid }) => uuid)).toEqual([other.keys.uuid]);
    });

    test('counts within the same limits as v1: failures of an address', async () => {
      const door = await openDoor(await open(), { limits: { failedRegistrationsPerAddress: 3 } });
      const token = await door.addToken();
      const host = await openSealedHost(door.url);
      expect((await door.call('/api/v1/host/register/', { token: 'wrong', body: {} })).status).toBe(401);
      expect(codesOf(await host.say(host.sayRegister('wrong')))).toEqual(['invalid_token']);
      const verify = { ...host.sayVerify(token), host: '00000000-0000-4000-8000-000000000000' };
      expect(codesOf(await host.say(verify))).toEqual(['proof_invalid']);
      expect(codesOf(await host.say(host.sayRegister(token)))).toEqual(['too_many_requests']);
      const body = { public_key: host.keys.rsa.publicPem };
      expect((await door.call('/api/v1/host/register/', { token, body })).status).toBe(429);
      door.fleet.pass(60_000);
      await host.enter(token);
    });

    test('counts within the same limits as v1: successes of a token', async () => {
      const door = await openDoor(await open(), { limits: { registrationsPerToken: 2 } });
      const token = await door.addToken();
      const [one, two, three] = [
        await openSealedHost(door.url),
        await openSealedHost(door.url),
        await openSealedHost(door.url),
      ];
      // One that is refused takes no place.
      expect(codesOf(await one.say({ ...one.sayRegister(token), public_key: 'none' }))).toHaveLength(1);
      await one.register(token);
      await enterByV1(door, two.keys, token);
      expect(codesOf(await three.say(three.sayRegister(token)))).toEqual(['too_many_requests']);
      // Whoever has a place is never refused at verify for that.
      await one.verify(token);
    });
  });
});

type Heard = Awaited<ReturnType<SealedHost['say']>>;

function codesOf({ messages, refusal }: Heard): string[] {
  if (refusal) throw new Error(JSON.stringify(refusal));
  return messages.flatMap((message) => (message.type === 'refusal' ? [message.code] : []));
}

async function entered(open: () => Promise<OpenDatabase>) {
  const database = await open();
  const door = await openDoor(database);
  const host = await openSealedHost(door.url);
  const token = await door.addToken();
  await host.enter(token);
  return { database, door, token, host: { ...host, url: () => door.url } };
}

function decideStanding({ storage }: OpenDatabase, deed: 'approve' | 'disable' | 'enable') {
  return storage.decide('changeHostsStanding', {
    hosts: ['1'],
    deed,
    agreedHosts: null,
    now: start,
    ...asTester,
  });
}

async function tokenOf(
  { database }: OpenDoor,
  differing: Partial<Pick<RegistrationToken, 'expiresAt' | 'uses' | 'mustApprove'>>,
): Promise<string> {
  const token = newRegistrationToken('fingerprint');
  const secretHash = registrationSecretHash(token);
  const usual = { expiresAt: null, uses: null, mustApprove: false };
  await database.write((tables) =>
    tables.registrationTokens.add({ secretHash, sealed: '', createdAt: 0, ...usual, ...differing }, []),
  );
  return token;
}

/** Registers and verifies as a v1 client does. */
async function enterByV1(door: OpenDoor, keys: HostKeys, given?: string): Promise<string> {
  const token = given ?? (await door.addToken());
  const open = ({ json }: { json: unknown }) =>
    decryptOaep(keys.rsa.privateKey, (json as { encrypted: string }).encrypted) ?? '';
  const body = { public_key: keys.rsa.publicPem };
  keys.uuid = open(await door.call('/api/v1/host/register/', { token, body }));
  const proof = { uuid: keys.uuid, encrypted: signPss(keys.rsa.privateKey, 'OK') };
  keys.token = open(await door.call('/api/v1/host/verify/', { token, body: proof }));
  return token;
}
