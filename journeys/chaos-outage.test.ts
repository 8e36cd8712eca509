import { setTimeout as pass } from 'node:timers/promises';
import { newMasterKeyText } from '@remotes/protocol/crypto/seal';
import { expect, onTestFinished, test } from 'vitest';
import { judge } from './chaos-verdict.ts';
import { type ChaosWorld, openChaosWorld } from './chaos-world.ts';
import { startServer } from './server-process.ts';
import { type Link, startLink } from './severed-link.ts';
import { makeFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** `npm run chaos` asks for more. */
const outageSeconds = Number(process.env.CHAOS_OUTAGE_SECONDS ?? 3);

test(`a PostgreSQL that is gone for ${outageSeconds} s under load costs no result`, async () => {
  let link: Link | undefined;
  const world = await openChaosWorld({
    kind: 'postgres',
    hosts: 2,
    seed: 1,
    async reach(database) {
      link = await startLink(database.databaseUrl ?? '');
      onTestFinished(link.close);
      return { ...database, databaseUrl: link.url };
    },
  });
  await connectAll(world);
  const wave = async (numbers: readonly number[], seconds: number) => {
    for (const number of numbers) await world.give(`j${number}`, seconds);
  };
  await wave([1, 2, 3], 1.5);
  await executedEverywhere(world, 'j3');
  await link?.sever();
  const later = wave([4, 5, 6], 0);
  const headers = { authorization: 'Token of-nobody-in-particular' };
  await until('a 503', async () => {
    const { status } = await fetch(new URL('/api/v1/host/status/', world.server().url), { headers });
    return status === 503 || undefined;
  });
  await pass(outageSeconds * 1000);
  await link?.mend();
  const mendedAt = Date.now();
  await later;
  const { complaints, runs, states } = await judge(world.database, world.hosts, { timeoutMs: 120_000 });
  console.log(`after ${outageSeconds} s: ${states}; all there ${(Date.now() - mendedAt) / 1000} s later`);
  expect(complaints).toEqual([]);
  // Nobody was killed, so nothing is left open either.
  expect(runs.map(({ state }) => state)).toEqual(Array(12).fill('succeeded'));
}, 240_000);

test('the hosts of a server that is killed are served by the other within 10 s', async () => {
  const secretKey = newMasterKeyText();
  const world = await openChaosWorld({
    kind: 'postgres',
    hosts: 4,
    seed: 1,
    reach: async (database) => ({ ...database, secretKey }),
  });
  const second = await startServer({ ...world.database, secretKey, dataFolder: makeFolder() });
  onTestFinished(async () => {
    await second.kill();
  });
  world.add(second);
  await connectAll(world);
  await world.give('underway', 3);
  await executedEverywhere(world, 'underway');
  await world.server().kill();
  const killedAt = Date.now();
  await world.give('after', 0);
  await executedEverywhere(world, 'after');
  const tookSeconds = (Date.now() - killedAt) / 1000;
  const { complaints, runs } = await judge(world.database, world.hosts);
  console.log(`the last host was served ${tookSeconds} s after the kill`);
  expect(tookSeconds).toBeLessThan(10);
  expect(complaints).toEqual([]);
  expect(runs.map(({ state }) => state)).toEqual(Array(8).fill('succeeded'));
}, 120_000);

async function connectAll({ hosts }: ChaosWorld): Promise<void> {
  const clients = await Promise.all(hosts.map((host) => host.restart()));
  await Promise.all(clients.map((client) => client.says(/connected to/)));
}

function executedEverywhere({ hosts }: ChaosWorld, name: string): Promise<boolean> {
  const isOn = (host: ChaosWorld['hosts'][number]) => host.executed().some((each) => each.name === name);
  return until(`${name} everywhere`, () => (hosts.every(isOn) ? true : undefined), 60_000);
}
