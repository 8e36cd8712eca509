import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase, databaseKinds, openDatabase } from '../databases.ts';
import { createFleet } from '../domain/small-fleet.ts';
import { createHost } from './host-over-http.ts';
import { administer, type Place, type Program, startProgram } from './program.ts';

describe.each(databaseKinds)('beside a running server, on %s', (kind) => {
  test('what an administrator does is seen by the server within a second', async () => {
    const database = await openDatabase(kind);
    onTestFinished(database.remove);
    const run = async (...args: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await administer(database, ...args);
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout.trim();
    };
    const { url, server } = await startServer(database);
    const fleet = await createFleet(database);
    const token = await run('registration_token', '--approve');
    const host = createHost(url);
    expect((await host.register(token)).status).toBe(200);
    expect((await host.verify(token)).status).toBe(200);
    expect(await host.list()).toMatchObject({ status: 403, body: { results: [] } });

    const id = await fleet.define({ name: 'greet' });
    expect(await run('hosts', 'approve', '1')).toBe('Approved: 000001.\nCommands will run on 1 host.');
    const offered = async () => (await host.list()).body.results;
    await withinASecond(offered, [{ group: 1, command: id }]);

    await run('hosts', 'ungroup', 'All hosts', '1');
    await withinASecond(offered, []);
    await run('hosts', 'group', 'All hosts', '1');
    await withinASecond(offered, [{ group: 1, command: id }]);

    await run('pause');
    await withinASecond(offered, []);
    expect((await host.get(id)).status).toBe(404);
    await run('resume');
    await withinASecond(offered, [{ group: 1, command: id }]);

    await run('hosts', 'rename', '1', 'web');
    await withinASecond(async () => (await host.status()).body.user_name, 'web');

    await run('hosts', 'disable', 'web');
    await withinASecond(async () => (await host.list()).status, 403);
    await run('hosts', 'enable', 'web');
    await withinASecond(async () => (await host.list()).status, 200);

    await run('registration_token', 'revoke', '1');
    await withinASecond(async () => (await createHost(url).register(token)).status, 403);

    const following = startProgram(database, 'runs', '--follow');
    await following.line(/^RUN /);
    expect((await host.get(id)).status).toBe(200);
    await following.line(/^1 .* web +greet +delivered$/);
    expect((await host.post(id, 'hello', '["a"]')).status).toBe(201);
    await following.line(/^1 .* web +greet +succeeded +unknown/);
    following.process.kill('SIGINT');
    expect(await run('output', '1')).toBe('hello');

    await run('hosts', 'remove', 'web', '--yes', '1');
    await withinASecond(async () => (await host.list()).status, 401);
    server.process.kill('SIGTERM');
    expect((await server.ended).status).toBe(0);

    const { audit } = database.storage.tables;
    const entries = (await audit.list({ limit: 100 })).map(({ entry }) => JSON.parse(entry));
    const local = entries.filter(({ by }) => by.kind === 'local' && by.name !== '');
    expect(local.map(({ action }) => action).toReversed()).toEqual([
      'registration_token.create',
      'host.approve',
      'hosts_group.remove_hosts',
      'hosts_group.add_hosts',
      'server.pause',
      'server.resume',
      'host.rename',
      'host.disable',
      'host.enable',
      'registration_token.revoke',
      'host.remove',
    ]);
    expect(await audit.newestCheckpoint()).toMatchObject({ size: entries.length });
  });
});

test('a backup is made beside a running server; a restore is refused until it stops', async () => {
  const place = await createDatabase('sqlite');
  onTestFinished(place.remove);
  const { url, server } = await startServer(place);
  const token = (await administer(place, 'registration_token')).stdout.trim();
  const host = createHost(url);
  const file = join(place.dataFolder, 'backup.db');
  const [registered, backup] = await Promise.all([host.register(token), administer(place, 'backup', file)]);
  expect(registered.status).toBe(200);
  expect(backup.status).toBe(0);
  const refused = await administer(place, 'restore', file, '--yes');
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/remotes\.db is in use: stop/) });
  expect((await host.verify(token)).status).toBe(200);
  server.process.kill('SIGTERM');
  expect((await server.ended).status).toBe(0);
  expect((await administer(place, 'restore', file, '--yes')).status).toBe(0);
});

/** A server on a free port; it ends with the test. */
async function startServer(place: Place): Promise<{ url: string; server: Program }> {
  const server = startProgram(place, 'start', '--port', '0');
  const { url } = JSON.parse(await server.line(/"url":/)) as { url: string };
  return { url, server };
}

/** Asks again and again until the answer is the wanted one; a second is what it may take. */
async function withinASecond<Answer>(ask: () => Promise<Answer>, wanted: Answer): Promise<void> {
  const until = performance.now() + 1000;
  for (;;) {
    const answer = await ask();
    try {
      expect(answer).toEqual(wanted);
      return;
    } catch (trouble) {
      if (performance.now() > until) throw trouble;
    }
    await delay(20);
  }
}
