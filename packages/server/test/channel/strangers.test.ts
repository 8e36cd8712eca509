import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { connectChannel, openChannelHost } from '../channel-host.ts';
import { openDatabase } from '../databases.ts';
import { openChannelDoor } from './channel-door.ts';

const begin = async (differing: Parameters<typeof openChannelDoor>[1] = {}) => {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const door = await openChannelDoor(database, differing);
  return { ...door, keys: await door.enrol() };
};
const megabyte = 1024 * 1024;

test('who connects and says nothing keeps no host out', async () => {
  const { url, keys } = await begin({ pace: { mostNewcomers: 2, roomMs: 100 } });
  const silent = [await connectChannel(url), await connectChannel(url)];
  const closed = once(silent[0]!, 'close');
  await expect(connectChannel(url), 'they may be about to speak').rejects.toThrow('503');
  await expect
    .poll(() =>
      connectChannel(url).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  await closed;
  await expect.poll(() => openChannelHost(url, keys).then((host) => host.enter())).toBeTruthy();
});

test('who has not said hello fills no memory: a long frame is cut off, from others it is taken', async () => {
  const { url, keys } = await begin({ limits: { bodyBytes: 16 * megabyte } });
  const stranger = await connectChannel(url);
  stranger.on('error', () => {});
  stranger.send(Buffer.alloc(8 * megabyte));
  expect((await once(stranger, 'close'))[0], 'cut').toBe(1006);
  const host = await openChannelHost(url, keys);
  await host.enter();
  const long = { message: { type: 'of another time' }, data: Buffer.alloc(8 * megabyte) };
  expect(await host.say(long)).toEqual([]);
});

test('a connection whose pings are answered, and in which nothing is said under the seal, ends', async () => {
  const { url, keys, mind } = await begin({ pace: { silenceMs: 100, speechMs: 500, tickMs: 20 } });
  const host = await openChannelHost(url, keys);
  await host.enter();
  const at = performance.now();
  expect(await host.closed).toMatchObject({ code: 1006 });
  expect(performance.now() - at).toBeGreaterThan(300);
  await expect.poll(() => mind.liveHosts.ids()).toEqual([]);
});

test('the answer to the handshake holds no ticket: whoever gets ticket keys later opens nothing that he recorded', async () => {
  const { url, keys } = await begin();
  const host = await openChannelHost(url, keys);
  expect(host.reply.ticket).toBe('');
});
