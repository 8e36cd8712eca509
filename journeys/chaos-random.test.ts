import { setTimeout as pass } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { databaseKinds } from '../packages/server/test/databases.ts';
import { clientPoints, serverPoints } from './chaos-points.ts';
import { judge } from './chaos-verdict.ts';
import { type ChaosWorld, openChaosWorld } from './chaos-world.ts';
import { hasEnded } from './program.ts';
import { until } from './until.ts';

/** `npm run chaos` asks for more. */
const runs = Number(process.env.CHAOS_RUNS ?? 45);
const seed = Number(process.env.CHAOS_SEED ?? 20_261_124);
const hostsCount = runs < 1000 ? 3 : 8;
/** How many jobs are not answered for yet, at most. */
const jobsAtOnce = 6;

test.each(databaseKinds)(
  'kills and a wire that lies, at random, lose no acknowledged result and run nothing twice, on %s',
  async (kind) => {
    const world = await openChaosWorld({ kind, hosts: hostsCount, seed });
    for (const host of world.hosts) await host.restart();
    world.wire.rage(12);
    let isOver = false;
    const feeding = feed(world, Math.ceil(runs / hostsCount)).finally(() => {
      isOver = true;
    });
    const killed = new Map<string, number>();
    while (!isOver) {
      const victim = await killSomebody(world);
      killed.set(victim, (killed.get(victim) ?? 0) + 1);
      await Promise.race([pass(100 + world.random.integer(900)), feeding]);
      // Who is killed without end never gets a result through.
      if (world.random.integer(4) === 0) await Promise.race([anotherAcknowledged(world), feeding]);
    }
    await feeding;
    world.wire.rage(0);
    await world.restart();
    for (const host of world.hosts) await host.restart();

    const {
      complaints,
      states,
      acknowledged,
      runs: judged,
    } = await judge(world.database, world.hosts, {
      timeoutMs: 120_000,
    });
    const told = [...killed, ...world.wire.played].map(([name, times]) => `${name} ${times}`).join(', ');
    console.log(`${kind}, seed ${seed}: ${states}; ${acknowledged} results acknowledged; ${told}`);
    expect(complaints).toEqual([]);
    expect([...world.wire.played.values()].reduce((sum, times) => sum + times)).toBeGreaterThan(8);
    expect(judged).toHaveLength(Math.ceil(runs / hostsCount) * hostsCount);
    expect(acknowledged, 'not all was hit').toBeGreaterThan(runs / 10);
  },
  60_000 + runs * 1500,
);

/** Waits until a result arrives, but not for long. */
async function anotherAcknowledged({ hosts }: ChaosWorld): Promise<void> {
  const count = () => hosts.reduce((sum, host) => sum + host.acknowledged().length, 0);
  const before = count();
  await until('another result', () => count() > before || undefined, 5_000).catch(() => {});
}

/** Gives jobs to all hosts, a few at a time; some are stopped. */
async function feed({ database, random, give, stop }: ChaosWorld, jobs: number): Promise<void> {
  let given = 0;
  const giveNext = async (): Promise<void> => {
    given += 1;
    if (given > jobs) return;
    const job = await give(`j${given}`, random.pick([0, 0, 0.2, 1.3]));
    if (random.integer(8) === 0) await stop(job);
    // Most of it is to happen under fire.
    await until(
      `an end of job ${job}`,
      async () => {
        const found = (await database.storage.tables.runs.list({ limit: 300 })).filter(
          ({ jobId }) => jobId === job,
        );
        return found.every(({ state }) => !open.has(state)) || undefined;
      },
      20_000,
    ).catch(() => {});
    await giveNext();
  };
  await Promise.all(Array.from({ length: jobsAtOnce }, giveNext));
}

const open: ReadonlySet<string> = new Set(['queued', 'delivered', 'running']);

/** At once, or by having its successor die at a point of the channel. */
async function killSomebody({ random, hosts, server, restart }: ChaosWorld): Promise<string> {
  if (hasEnded(server().program)) await restart();
  for (const host of hosts) {
    const client = host.client();
    if (!client || hasEnded(client)) await host.restart();
  }
  const isServer = random.integer(3) === 0;
  const isAtPoint = random.integer(2) === 0;
  if (isServer) {
    await restart(isAtPoint ? random.pick(serverPoints).at : undefined);
    return 'server';
  }
  const host = random.pick(hosts);
  await host.restart(isAtPoint ? random.pick(clientPoints).at : undefined);
  return 'client';
}
