import { expect, onTestFinished, test } from 'vitest';
import { channelFinder } from '../../src/actions/channel-finder.ts';
import { startFakeSealedServer } from '../fake-sealed-server.ts';
import { makePinnedHost } from '../session/pinned-host.ts';

test('a path of the channel that somebody on the way made up is asked for anew once nothing opens there', async () => {
  const fake = await startFakeSealedServer();
  onTestFinished(() => fake.close());
  const host = await makePinnedHost(fake);
  const context = host.context();
  const hasChannel = channelFinder(() => context);
  expect(await hasChannel(false)).toBe(false);
  fake.endpoints.channel = '/made/up/';
  expect(await hasChannel(true)).toBe(true);
  fake.endpoints.channel = '/sealed/channel/';
  expect(await hasChannel(false), 'it is not doubted').toBe(true);
  expect(context.settings.get('endpoints', 'channel')).toBe('/made/up/');
  expect(await hasChannel(true)).toBe(true);
  expect(context.settings.get('endpoints', 'channel')).toBe('/sealed/channel/');
});
