import { describe, expect, test } from 'vitest';
import { openChannelDoor } from '../channel/channel-door.ts';
import { openChannelHost } from '../channel-host.ts';
import { eachDatabase } from '../databases.ts';
import { type OpenDoor, openDoor, sealedPost } from './open-door.ts';

const switchOn = ({ fleet }: Pick<OpenDoor, 'fleet'>, ...names: string[]) =>
  fleet.administer(async (tables) => {
    for (const name of names) {
      const [key = '', value = 'true'] = name.split('=');
      await tables.settings.put({ name: key, value, description: '', isSecret: false, isActive: true });
    }
  });

describe('the API log', () => {
  eachDatabase((open) => {
    test('anonymous and refused requests are logged like any other', async () => {
      const door = await openDoor(await open());
      const { token } = await door.enrol();
      await switchOn(door, 'apilog_enable_logging');
      await door.call('/api/status?token=secret');
      await door.call('/api/v1/commands/list/');
      await door.call('/api/v1/commands/list/', { token, headers: { 'client-agent': 'Django Remotes' } });
      await door.call('/api/nowhere', { method: 'DELETE' });
      await door.call('/api/%');
      await door.call('/healthz');
      const { entries } = await door.logged(5);
      expect(entries.map(({ method, path, status, hostName }) => [method, path, status, hostName])).toEqual([
        ['GET', '/api/status', 200, null],
        ['GET', '/api/v1/commands/list/', 401, null],
        ['GET', '/api/v1/commands/list/', 200, '000001'],
        ['DELETE', '/api/nowhere', 404, null],
        ['GET', '/api/%', 404, null],
      ]);
      expect(entries[2]).toMatchObject({
        address: '127.0.0.1',
        clientAgent: 'Django Remotes',
        arguments: null,
      });
      expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(5);
    });

    test('a connection of the live channel is logged when its host has said hello, and when it ends', async () => {
      const door = await openChannelDoor(await open());
      await switchOn(door, 'apilog_enable_logging', 'apilog_filter_users=000002');
      const [logged, left] = [await door.enrol(), await door.enrol()];
      await door.logged(0);
      for (const keys of [left, logged]) {
        const host = await openChannelHost(door.url, keys);
        await host.enter();
        host.webSocket.send('no frame');
        await host.closed;
      }
      const { entries } = await door.logged(2);
      const ofChannel = entries.filter(({ path }) => path === '/sealed/channel/');
      expect(ofChannel.map(({ method, status, hostName }) => [method, status, hostName])).toEqual([
        ['GET', 101, '000001'],
        ['CLOSE', 4400, '000001'],
      ]);
      expect(ofChannel[0]).toMatchObject({ address: '127.0.0.1', arguments: null });
      expect(ofChannel[0]!.requestId).toBe(ofChannel[1]!.requestId);
    });

    test('nothing is logged unless it is switched on, and not of hosts that are left out', async () => {
      const door = await openDoor(await open());
      const { token } = await door.enrol();
      await door.call('/api/status');
      await switchOn(door, 'apilog_enable_logging', 'apilog_filter_users=000001');
      await door.call('/api/v1/commands/list/', { token });
      await door.call('/api/v1/discover/');
      const { entries } = await door.logged(1);
      expect(entries.map(({ path }) => path)).toEqual(['/api/v1/discover/']);
    });

    test('arguments are logged when they are asked for, tokens and keys masked', async () => {
      const door = await openDoor(await open());
      const { machine, token, wireNumber } = await door.enrol();
      await switchOn(door, 'apilog_enable_logging', 'apilog_include_arguments');
      const registration = await door.addToken();
      await door.call(`/api/v1/commands/get/${wireNumber}/?x=1`, { token });
      const post = sealedPost(machine, 'secret output', '[]');
      await door.call(`/api/v1/commands/post/${wireNumber}/`, { token, body: post });
      const body = {
        public_key: machine.publicPem,
        note: registration,
        count: 1,
        deep: { a: [] },
        list: [1],
      };
      await door.call('/api/v1/host/register/', { token: registration, body });
      const verify = { uuid: machine.uuid, encrypted: machine.sign() };
      await door.call('/api/v1/host/verify/', { token: registration, body: verify });
      const { entries } = await door.logged(4);
      const [got, posted, registered, verified] = entries.map((entry) =>
        JSON.parse(entry.arguments ?? 'null'),
      );
      expect(got).toEqual({ x: '1' });
      expect(Object.keys(posted)).toEqual(['output', 'result']);
      expect(registered).toMatchObject({ count: 1, deep: '(an object)', list: '(a list)' });
      expect(Object.keys(verified)).toEqual(['uuid', 'encrypted']);
      const text = JSON.stringify(entries);
      const secrets = [
        token,
        registration,
        registration.slice(0, 20),
        machine.uuid,
        verify.encrypted,
        machine.publicPem.slice(40, 80),
        post.output,
      ];
      for (const secret of secrets) expect(text).not.toContain(secret);
    });
  });
});

describe('the log of the process', () => {
  eachDatabase((open) => {
    test('has a line for each request at level debug, and never a token, a key or a body', async () => {
      const door = await openDoor(await open());
      const { machine, token, wireNumber } = await door.enrol();
      const registration = await door.addToken();
      await door.call(`/api/v1/commands/get/${wireNumber}/?token=${token}`, { token });
      await door.call('/api/v1/host/register/', {
        token: registration,
        body: { public_key: machine.publicPem },
      });
      await door.call('/api/v1/host/register/', { token: registration, body: `{"${registration}` });
      await door.call(`/api/v1/commands/get/${wireNumber}/`, {
        headers: { authorization: `Basic ${token}` },
      });
      const lines = door.logLines.map((line) => JSON.parse(line));
      expect(lines.map(({ level, path, status }) => [level, path, status])).toEqual([
        [20, `/api/v1/commands/get/${wireNumber}/`, 200],
        [20, '/api/v1/host/register/', 200],
        [20, '/api/v1/host/register/', 400],
        [20, `/api/v1/commands/get/${wireNumber}/`, 401],
      ]);
      const text = door.logLines.join('');
      for (const secret of [token, registration.slice(0, 20), machine.publicPem.slice(40, 80)]) {
        expect(text).not.toContain(secret);
      }
    });
  });
});
