import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../packages/server/test/databases.ts';
import { createOperator, type OperatorProcess, password, signInAsFirstAdmin } from './operator-process.ts';
import { administer, apply, type RunningServer, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';

test('an audit that was put back from a backup is reported by each command, however long it grows, until that is forgotten', {
  timeout: 120_000,
}, async () => {
  const database = await createDatabase('sqlite');
  onTestFinished(database.remove);
  const start = async (port = 0) => {
    const server = await startServer(database, { port });
    onTestFinished(async () => void (await server.kill()));
    return server;
  };
  const server = await start();
  const ada = await signInAsFirstAdmin(server, database.dataFolder);
  const backup = join(makeFolder(), 'backup.db');
  await administer(database, 'backup', backup);
  await apply(database, settings('lost', 6));
  const size = await numberOf(ada, 'setting lost 5');
  const kept = await keptAt(ada, size);
  const late = createOperator();
  cpSync(join(ada.folder, 'config'), join(late.folder, 'config'), { recursive: true });

  await server.stop();
  await administer(database, 'restore', backup, '--yes');
  const restored = await start(server.port);
  // Whoever signs in is told at once.
  const [warning] = /^WARNING: .*\n.*\n.*\n/m.exec(await signInAgain(ada, restored)) ?? [];
  expect(warning).toMatch(/has shown fewer entries of its audit \(\d+\) than on /);
  expect(await ada.run(['audit', 'check'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The record was cut off'),
  });
  await apply(database, settings('instead', 9));
  expect(await numberOf(ada, 'setting instead 8')).toBeGreaterThan(size);

  expect(await ada.run(['settings'])).toMatchObject({ code: 0, stderr: warning });
  expect(await signInAgain(late, restored)).toMatch(
    /WARNING: \S+ has shown another record of its audit than on /,
  );
  for (const operator of [ada, late]) {
    expect(await operator.run(['audit', 'check'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('The record was rewritten: up to entry '),
    });
    expect((await operator.run(['audit', 'checkpoint'])).stdout).toBe(kept);
  }
  const file = join(makeFolder(), 'audit.ndjson');
  await ada.run(['audit', 'export', file]);
  expect(await ada.run(['audit', 'verify', file, '--checkpoint', kept.trim()])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('this is not the record that the checkpoint'),
  });

  await ada.run(['audit', 'forget-checkpoint']);
  expect(await ada.run(['settings'])).toMatchObject({ code: 0, stderr: '' });
  expect(await ada.run(['audit', 'check'])).toMatchObject({ code: 0, stderr: '' });
});

/** As many entries, as a file for `apply`. */
function settings(name: string, count: number): string {
  const lines = Array.from({ length: count }, (_, index) => `  - {name: ${name} ${index}, value: x}`);
  return ['settings:', ...lines, ''].join('\n');
}

/** Of the entry about this, once it is in the record. */
async function numberOf(operator: OperatorProcess, subject: string): Promise<number> {
  for (;;) {
    const { stdout } = await operator.run(['audit', 'list', '--json', '--subject', subject]);
    const [entry] = JSON.parse(stdout);
    if (entry) return entry.number;
  }
}

/** The checkpoint that is kept, once it covers the entry of this number. */
async function keptAt(operator: OperatorProcess, number: number): Promise<string> {
  for (;;) {
    await operator.run(['settings']);
    const { stdout } = await operator.run(['audit', 'checkpoint']);
    if (Number(stdout.split(':')[0]) >= number) return stdout;
  }
}

/** What that says: a restore has ended all sessions. */
async function signInAgain(operator: OperatorProcess, { url }: RunningServer): Promise<string> {
  const login = ['login', url, '--name', 'ada', '--password-stdin'];
  const { code, stderr } = await operator.run(login, { input: `${password}\n` });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stderr;
}
