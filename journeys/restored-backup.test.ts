import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { administer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';
import { applyPrograms, openTrustedFleet } from './trusted-fleet.ts';

test('a backup from before a hundred runs is restored: none runs again, and all hundred are known again', {
  timeout: 180_000,
}, async () => {
  const fleet = await openTrustedFleet();
  const { database } = fleet;
  const hosts = [await fleet.newHost(), await fleet.newHost()];
  const witness = join(makeFolder(), 'witness');
  const programs = (from: number, to: number) =>
    Object.fromEntries(
      Array.from({ length: to - from }, (_, index) => [
        `command ${from + index}`,
        `open(${JSON.stringify(witness)}, 'a').write('${from + index}\\n')`,
      ]),
    );
  await applyPrograms(database, programs(0, 50));
  const backup = join(makeFolder(), 'backup.db');
  await administer(database, 'backup', backup);
  for (const host of hosts) expect(await host.run('commands_process')).toMatchObject({ code: 0 });
  const executed = () => readFileSync(witness, 'utf8').trim().split('\n').length;
  expect(executed()).toBe(100);

  await fleet.server().stop();
  await administer(database, 'restore', backup, '--yes');
  await fleet.restart();
  await administer(database, 'resume');
  for (const host of hosts) expect(await host.run('commands_process')).toMatchObject({ code: 0 });
  expect(executed()).toBe(100);
  const runs = JSON.parse(await administer(database, 'runs', '--json', '--limit', '1000'));
  expect(runs).toHaveLength(100);
  expect(new Set(runs.map(({ state }: { state: string }) => state))).toEqual(new Set(['succeeded']));
  expect(new Set(runs.map(({ reason }: { reason: string }) => reason))).toEqual(new Set(['recalled']));

  // What comes after the restore is run, under a number that no host has seen.
  await applyPrograms(database, { ...programs(0, 50), ...programs(50, 51) });
  for (const host of hosts) expect(await host.run('commands_process')).toMatchObject({ code: 0 });
  expect(executed()).toBe(102);
});
