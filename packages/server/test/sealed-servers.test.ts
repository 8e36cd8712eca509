import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase, databaseKinds } from './databases.ts';
import { administer, type Place, type Program, startProgram } from './local/program.ts';
import { openSealedHost } from './sealed-host.ts';

const whoAmI = { type: 'host_status' };

test('a session goes on at another server of one PostgreSQL when the first is killed', async () => {
  const place = await emptyPlace('postgres');
  const [first, second] = [await startServer(place), await startServer(place)];
  const host = await openSealedHost(first.url);
  await host.enter((await administer(place, 'registration_token')).stdout.trim());
  await host.tell(whoAmI);
  first.server.process.kill('SIGKILL');
  await first.server.ended;
  host.moveTo(second.url);
  expect((await host.sayOnce([whoAmI])).messages).toMatchObject([{ type: 'renew' }]);
  expect(await host.tell(whoAmI)).toMatchObject([{ type: 'host', answer: { user_name: '000001' } }]);
  expect((await host.sayOnce([whoAmI])).messages).toMatchObject([{ type: 'host' }]);
});

describe.each(databaseKinds)('on %s', (kind) => {
  test('a session goes on after its server was killed and started anew, and what was said before counts no more', async () => {
    const place = await emptyPlace(kind);
    const { url, server } = await startServer(place);
    const host = await openSealedHost(url);
    await host.enter((await administer(place, 'registration_token')).stdout.trim());
    await host.tell(whoAmI);
    server.process.kill('SIGKILL');
    await server.ended;
    const again = await startServer(place);
    host.moveTo(again.url);
    expect((await host.sayOnce([whoAmI])).messages).toMatchObject([{ type: 'renew' }]);
    expect(await host.tell(whoAmI)).toMatchObject([{ type: 'host' }]);
  });

  test('what an administrator does to a host ends its session within a second', async () => {
    const place = await emptyPlace(kind);
    const { url } = await startServer(place);
    const token = (await administer(place, 'registration_token')).stdout.trim();
    for (const change of [['disable'], ['allow-v1'], ['remove']]) {
      const host = await openSealedHost(url);
      await host.enter(token);
      const listed = JSON.parse((await administer(place, 'hosts', '--json')).stdout);
      const { id } = listed.find(({ uuid }: { uuid: string }) => uuid === host.keys.uuid);
      expect(listed.at(-1)).toMatchObject({
        protocol: 'sealed',
        channel_key_enrolled_at: expect.any(String),
      });
      await host.tell(whoAmI);
      const { status, stderr } = await administer(place, 'hosts', ...change, String(id));
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      await expect.poll(async () => (await host.say(whoAmI)).status, { timeout: 1000 }).toBe(410);
    }
  });
});

test('allow-v1 says what it did', async () => {
  const place = await emptyPlace('sqlite');
  const { url } = await startServer(place);
  const host = await openSealedHost(url);
  await host.enter((await administer(place, 'registration_token')).stdout.trim());
  expect((await administer(place, 'hosts', 'allow-v1', '000001')).stdout).toMatch(
    /^Channel key forgotten, v1 is open to: 000001\.\nAnyone who holds the token/,
  );
  expect((await administer(place, 'hosts', 'allow-v1', '1')).stdout).toBe(
    'No channel key, v1 was open before: 000001.\n',
  );
  expect(JSON.parse((await administer(place, 'hosts', 'allow-v1', '1', '--json')).stdout)).toMatchObject({
    changed: [],
    unchanged: [{ id: 1 }],
  });
});

async function emptyPlace(kind: (typeof databaseKinds)[number]): Promise<Place> {
  const place = await createDatabase(kind);
  onTestFinished(place.remove);
  return place;
}

async function startServer(place: Place): Promise<{ url: string; server: Program }> {
  const server = startProgram(place, 'start', '--port', '0');
  const { url } = JSON.parse(await server.line(/"url":/)) as { url: string };
  return { url, server };
}
