import { once } from 'node:events';
import { request } from 'node:http';
import { generate } from 'selfsigned';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lastDuplicate } from '../../src/domain/duplicate-host.ts';
import { serverAuthor } from '../../src/domain/operators/author.ts';
import { type ChannelHost, channelUrl, connectChannel, openChannelHost } from '../channel-host.ts';
import { eachDatabase, openDatabase } from '../databases.ts';
import { newChannelKey, openSealedHost } from '../sealed-host.ts';
import { openChannelDoor } from './channel-door.ts';

const whoAmI = { type: 'host_status' };
const by = serverAuthor;
const isOfDuplicate = ({ action }: { action: string }) => action === 'host.duplicate';

describe('a session of the live channel', () => {
  eachDatabase((open) => {
    const begin = async (differing: Parameters<typeof openChannelDoor>[1] = {}) => {
      const door = await openChannelDoor(await open(), differing);
      const keys = await door.enrol();
      const connect = async () => {
        const host = await openChannelHost(door.url, keys);
        await host.enter();
        return host;
      };
      const hostId = async () => (await door.mind.storage.tables.hosts.byUuid(keys.uuid))!.id;
      return { ...door, keys, connect, hostId };
    };
    const goodbye = (host: ChannelHost) => host.given('goodbye').then(([said]) => said?.code);

    test('ends at a disabled host at once, and nothing is said to it after that', async () => {
      const { mind, connect, keys, url } = await begin();
      const host = await connect();
      await mind.storage.decide('changeHostsStanding', {
        hosts: [keys.uuid],
        deed: 'disable',
        agreedHosts: null,
        now: mind.clock(),
        by,
        within: null,
      });
      expect(await goodbye(host)).toBe('host_refused');
      expect(await host.closed).toMatchObject({ code: 4403 });
      const again = await openChannelHost(url, keys);
      expect(await again.say(again.sayProve(), again.sayHello())).toMatchObject([
        { type: 'refusal', of: 'prove', code: 'host_disabled' },
      ]);
      expect(await again.closed).toMatchObject({ code: 4403 });
    });

    test('ends when another process has ended it, at the next look', async () => {
      const { mind, fleet, connect, hostId } = await begin();
      const host = await connect();
      const id = await hostId();
      await fleet.administer((tables) => tables.hosts.change(id, { state: 'disabled' }));
      await mind.delivery.sweep();
      expect(await host.closed).toMatchObject({ code: 4403 });
    });

    test('ends when the host begins a newer one over HTTP', async () => {
      const { connect, keys, url } = await begin();
      const host = await connect();
      const polling = await openSealedHost(url, keys);
      await polling.prove();
      host.send(whoAmI);
      expect(await goodbye(host)).toBe('session_ended');
      expect(await host.closed).toMatchObject({ code: 4410 });
      expect(host.answered.flatMap(({ messages }) => messages).some(({ type }) => type === 'host')).toBe(
        false,
      );
    });

    test('goes to whoever proves the key, and not to another', async () => {
      const { keys, url } = await begin();
      const thief = await openChannelHost(url, { ...keys, channel: newChannelKey() });
      expect(await thief.say(thief.sayProve(), thief.sayHello())).toMatchObject([
        { type: 'refusal', code: 'proof_invalid' },
      ]);
      expect(await thief.closed).toMatchObject({ code: 4403 });
      const unproved = await openChannelHost(url, keys);
      expect(await unproved.say(unproved.sayHello())).toMatchObject([
        { type: 'refusal', code: 'host_unproved' },
      ]);
      expect(await unproved.closed).toMatchObject({ code: 4403 });
    });

    test('takes the place of one whose other end is silent', async () => {
      const { connect, mind } = await begin({ pace: { callMs: 50 } });
      const older = await connect();
      older.webSocket.pause();
      const newer = await connect();
      expect(await newer.say(whoAmI)).toMatchObject([{ type: 'host' }]);
      expect(mind.liveHosts.ids()).toHaveLength(1);
      older.webSocket.resume();
      expect(await older.closed).toMatchObject({ code: 4410 });
    });

    test('takes the place of one whose pings somebody on the way answers, and what he held back of it', async () => {
      const { connect, mind, database } = await begin({ pace: { callMs: 200 } });
      const older = await connect();
      older.isDeaf = true;
      const heldBack = older.frameOf(whoAmI).sealed;
      const newer = connect();
      await older.given('call');
      older.webSocket.send(heldBack);
      older.webSocket.ping();
      expect(await (await newer).say(whoAmI)).toMatchObject([{ type: 'host' }]);
      expect(mind.liveHosts.ids()).toHaveLength(1);
      expect(await older.closed).toMatchObject({ code: 4410 });
      const notes = await database.storage.tables.audit.waiting(100);
      expect(notes.map((waiting) => JSON.parse(waiting.note)).filter(isOfDuplicate)).toEqual([]);
    });

    test('is over, and no second machine, where somebody held its proof back until a newer one was there', async () => {
      const { connect, keys, url, database, fleet } = await begin();
      const heldBack = await openChannelHost(url, keys);
      fleet.pass(1000);
      const newer = await connect();
      heldBack.send(heldBack.sayProve(), heldBack.sayHello());
      expect(await goodbye(heldBack)).toBe('session_ended');
      expect(await newer.say(whoAmI)).toMatchObject([{ type: 'host' }]);
      expect(newer.pushed).toEqual([]);
      const notes = await database.storage.tables.audit.waiting(100);
      expect(notes.map((waiting) => JSON.parse(waiting.note)).filter(isOfDuplicate)).toEqual([]);
    });

    test('is refused while another of the same host lives, and audit and host show both addresses', async () => {
      const { connect, keys, url, database, mind, hostId } = await begin();
      const { tables } = database.storage;
      const shown = async () =>
        lastDuplicate(tables, (await tables.hosts.byId(await hostId()))!, mind.clock());
      const older = await connect();
      const second = await openChannelHost(url, keys);
      second.send(second.sayProve(), second.sayHello());
      expect(await goodbye(second)).toBe('duplicate_host');
      expect(await second.closed).toMatchObject({ code: 4409 });
      expect(await older.say(whoAmI), 'the older one goes on').toMatchObject([{ type: 'host' }]);
      const notes = await database.storage.tables.audit.waiting(100);
      const note = notes.map((waiting) => JSON.parse(waiting.note)).find(isOfDuplicate);
      expect(note).toMatchObject({ after: { connected: '127.0.0.1', refused: '127.0.0.1' } });
      expect(await shown()).toBe(null);
      await database.storage.decide('chainAudit', { limit: 100 });
      expect(await shown()).toEqual({
        at: note.at,
        connected_address: '127.0.0.1',
        refused_address: '127.0.0.1',
      });
    });

    test('leaves the host online while it lasts, and away after it', async () => {
      const { mind, connect, hostId } = await begin();
      const host = await connect();
      const id = await hostId();
      const visit = () => mind.presence.take().findLast(({ hostId: of }) => of === id);
      expect(visit()).toMatchObject({ usualIntervalMs: 60_000, address: '127.0.0.1' });
      host.webSocket.terminate();
      await expect.poll(() => mind.liveHosts.ids()).toEqual([]);
      expect(visit()).toMatchObject({ usualIntervalMs: 0 });
    });

    test('ends with the server, which says that it comes back', async () => {
      const { mind, connect, server } = await begin();
      const host = await connect();
      await mind.delivery.stop();
      await server.stop();
      expect(await goodbye(host)).toBe('restarting');
      expect(await host.closed).toMatchObject({ code: 1012 });
    });

    test('is as good over TLS', async () => {
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], { keyType: 'ec' });
      const door = await openChannelDoor(await open(), { tls: { cert, key } });
      const webSocket = await connectChannel(door.url, { rejectUnauthorized: false });
      expect(channelUrl(door.url)).toMatch(/^wss:/);
      webSocket.send('{}');
      const [code] = await once(webSocket, 'close');
      expect(code).toBe(4400);
    });
  });

  const begin = async (differing: Parameters<typeof openChannelDoor>[1] = {}) => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const door = await openChannelDoor(database, differing);
    const keys = await door.enrol();
    const host = await openChannelHost(door.url, keys);
    await host.enter();
    return { ...door, keys, host };
  };

  describe('hears nothing that was not said to it in this order', () => {
    const spoilt = (frame: Buffer) => {
      const copy = Buffer.from(frame);
      copy[0] = (copy[0] ?? 0) ^ 1;
      return copy;
    };
    test.each<[string, (host: ChannelHost) => Buffer[]]>([
      ['a frame that was changed', (host) => [spoilt(host.frameOf(whoAmI).sealed)]],
      [
        'a frame that was repeated',
        (host) => {
          const { sealed } = host.frameOf(whoAmI);
          return [sealed, sealed];
        },
      ],
      [
        'a frame before which one was left out',
        (host) => {
          host.frameOf(whoAmI);
          return [host.frameOf(whoAmI).sealed];
        },
      ],
      [
        'two frames that were swapped',
        (host) => [host.frameOf(whoAmI).sealed, host.frameOf(whoAmI).sealed].reverse(),
      ],
      ['no frame at all', () => [Buffer.alloc(0)]],
    ])('%s', async (_, framesOf) => {
      const { host } = await begin();
      for (const frame of framesOf(host)) host.webSocket.send(frame);
      expect(await host.closed).toMatchObject({ code: 4401 });
      expect((await host.given('goodbye'))[0]?.code).toBe('seal_broken');
    });
  });

  test('ends for whoever says text in it, or no handshake before it', async () => {
    const { host, url } = await begin();
    host.webSocket.send('hello');
    expect(await host.closed).toMatchObject({ code: 4400 });
    for (const said of ['no JSON', '{"versions":[9]}', Buffer.from('{}')]) {
      const webSocket = await connectChannel(url);
      webSocket.send(said);
      expect((await once(webSocket, 'close'))[0]).toBe(4400);
    }
  });

  test('has no place for what is said over HTTP alone, nor for a second greeting, and goes on', async () => {
    const { host } = await begin();
    for (const type of [
      'register',
      'verify',
      'enrol',
      'rotate_key',
      'claim',
      'commands_list',
      'prove',
      'hello',
    ]) {
      const said = { prove: host.sayProve(), hello: host.sayHello() }[type] ?? { type };
      expect(await host.say(whoAmI, said, whoAmI)).toMatchObject([
        { type: 'host' },
        { type: 'refusal', of: type, code: 'message_malformed' },
      ]);
    }
  });

  test('ends for whoever never says hello, or does not answer when it is called', async () => {
    const { url, host, mind } = await begin({ pace: { helloMs: 300, silenceMs: 200, tickMs: 20 } });
    const silent = await connectChannel(url);
    expect((await once(silent, 'close'))[0]).toBe(4408);
    // This one answers by itself, as every WebSocket does.
    expect(await host.say(whoAmI)).toMatchObject([{ type: 'host' }]);
    host.webSocket.pause();
    await expect.poll(() => mind.liveHosts.ids()).toEqual([]);
  });

  test('is not begun by requests that are none for it', async () => {
    const { url } = await begin();
    const at = new URL('/sealed/channel/', url);
    const ask = async (headers: Record<string, string>, method = 'GET') => {
      const sent = request(at, { method, headers, agent: false }).end();
      const [response] = await once(sent, 'response');
      response.resume();
      return response.statusCode as number;
    };
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    };
    expect(await ask({})).toBe(426);
    expect(await ask(upgrade), 'without the subprotocol').toBe(426);
    expect(await ask({ ...upgrade, 'sec-websocket-protocol': 'chat' })).toBe(426);
    expect(await ask({}, 'POST')).toBe(405);
    expect(await ask({}, 'OPTIONS')).toBe(200);
  });

  test('is not begun while too many others begin: they are told when to come', async () => {
    const { url } = await begin({ pace: { mostNewcomers: 1 } });
    await connectChannel(url);
    await expect(connectChannel(url)).rejects.toThrow('503');
  });

  test('does not hold up what other paths answer to a request for an upgrade', async () => {
    const { url } = await begin();
    const sent = request(new URL('/api/status/', url), {
      headers: { connection: 'Upgrade', upgrade: 'h2c' },
      agent: false,
    }).end();
    const [response] = await once(sent, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
  });
});
