import { newMasterKeyText } from '@remotes/protocol/crypto/seal';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../packages/server/test/databases.ts';
import { startClient } from './client-process.ts';
import { startMiddle } from './middle.ts';
import { startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';
import { applyPrograms, registerHost } from './trusted-fleet.ts';

test('a session goes on at the second server of a PostgreSQL when the first is killed, without another handshake', async () => {
  // All that the two share beside the database.
  const database = { ...(await createDatabase('postgres')), secretKey: newMasterKeyText() };
  onTestFinished(database.remove);
  const first = await startServer(database);
  const second = await startServer({ ...database, dataFolder: makeFolder() });
  onTestFinished(async () => {
    await Promise.all([first.kill(), second.kill()]);
  });
  let target = first.url;
  const middle = await startMiddle(() => target);
  onTestFinished(middle.close);
  const handshakes = () => middle.seen.filter(({ asked }) => asked.path === '/sealed/handshake/').length;

  const host = await registerHost(middle.url, database);
  const monitor = startClient([
    '--action=commands_monitor',
    '--interval',
    '0.2',
    '--settings',
    host.settings,
  ]);
  await monitor.says(/watching/);
  await applyPrograms(database, { before: 'print(1)' });
  await monitor.says(/"before".*succeeded/);
  const shaken = handshakes();

  await first.kill();
  target = second.url;
  await applyPrograms(database, { before: 'print(1)', after: 'print(2)' });
  await monitor.says(/"after".*succeeded/);
  expect(handshakes()).toBe(shaken);
  expect(await monitor.end('SIGTERM')).toMatchObject({ code: 0 });
});
