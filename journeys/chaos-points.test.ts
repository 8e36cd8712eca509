import { hostMessages, serverMessages } from '@remotes/protocol/messages';
import { expect, test } from 'vitest';
import type { DatabaseKind } from '../packages/server/test/databases.ts';
import { type ChaosPoint, clientPoints, coverageTable, killedAt, serverPoints } from './chaos-points.ts';
import { playScene, prepareScene, replayedName, type SceneKeeper, sceneKeeper } from './chaos-scenes.ts';
import { judge } from './chaos-verdict.ts';
import { type ChaosWorld, openChaosWorld } from './chaos-world.ts';
import { hasEnded, type Program } from './program.ts';
import { until } from './until.ts';

type Walk = { readonly kind: DatabaseKind; readonly points: readonly ChaosPoint[] };

/** What a client does is the same on either database. `npm run chaos` walks both. */
const walks: readonly Walk[] = [
  { kind: 'sqlite', points: serverPoints },
  { kind: 'sqlite', points: clientPoints },
  ...(process.env.CHAOS_RUNS === undefined ? [] : [{ kind: 'postgres', points: serverPoints } as const]),
];

/** Said over HTTP alone, or questions that change nothing; a refusal is an answer to any of the others. */
const elsewhere = [
  ...['register', 'registered', 'verify', 'verified', 'enrol', 'enrolled', 'rotate_key', 'key_rotated'],
  ...['claim', 'claimed', 'renew', 'host_status', 'host', 'commands_list', 'commands', 'refusal'],
];

test('each message of the live channel has its points', () => {
  const all = [...Object.keys(hostMessages), ...Object.keys(serverMessages)];
  expect(all.filter((message) => !killedAt.includes(message)).toSorted()).toEqual(elsewhere.toSorted());
});

test('kills at every point of the live channel lose nothing, and nothing runs twice', async () => {
  const done = await Promise.all(walks.map(walk));
  for (const { kind, points, complaints, visits, states, acknowledged } of done) {
    const table = coverageTable(points, visits);
    console.log(
      `on ${kind}: ${states}; ${acknowledged} results acknowledged, of client or server killed:\n${table}`,
    );
    expect(complaints).toEqual([]);
    expect(points.filter((point) => !visits.get(point))).toEqual([]);
  }
}, 240_000);

/** One after the other, in one world that goes on: what one kill has left is what the next one meets. */
async function walk({ kind, points }: Walk) {
  const world = await openChaosWorld({ kind, hosts: 1, seed: 1 });
  const keeper = await sceneKeeper(world);
  const visits = new Map<ChaosPoint, number>();
  const played: Promise<unknown>[] = [];
  const harmless: string[] = [];
  for (const [index, point] of points.entries()) {
    await prepareScene(keeper, point.scene);
    const victim = await arm(world, point, index % 2 === 0);
    // Whoever asks for it may be answered when the server is back.
    const playing = playScene(keeper, point.scene);
    played.push(playing.then((name) => name !== undefined && point.isHarmless && harmless.push(name)));
    const alive = () => (victim.child.signalCode === null ? undefined : true);
    await Promise.race([
      playing.then(() => never),
      until(`a death at ${point.at} in a ${point.scene}`, alive),
    ]);
    expect(victim.child.signalCode).toBe('SIGKILL');
    visits.set(point, (visits.get(point) ?? 0) + 1);
    if (point.scene === 'goodbye') await world.restart();
    if (point.side === 'client') await calm(keeper);
  }
  await world.restart();
  await world.hosts[0]?.restart();
  await Promise.all(played);
  const isForeign = (name: string) => name === replayedName;
  const verdict = await judge(world.database, world.hosts, { isForeign });
  const lost = verdict.runs.filter(
    ({ commandName, state }) => harmless.includes(commandName) && state !== 'succeeded',
  );
  expect(lost.map(({ commandName, state }) => `${commandName} ${state}`)).toEqual([]);
  return { kind, points, visits, ...verdict };
}

/** Lets the client tell what the kill has left, so that it dies of the next scene and not of this one. */
async function calm({ world, give }: SceneKeeper): Promise<void> {
  const [host] = world.hosts;
  await host?.restart();
  const { name } = await give(0);
  // What was left is told before anything new.
  await until('a report after the kill', () => host?.acknowledged().find((each) => each.name === name));
}

/** What fails while it is played is told at once. */
const never = new Promise<true>(() => {});

/** Starts whoever is to die there, and the other one where it has died, or is to forget. */
async function arm(world: ChaosWorld, { side, at, scene }: ChaosPoint, isFresh: boolean): Promise<Program> {
  const [host] = world.hosts;
  if (!host) throw new Error('There is no host.');
  if (side === 'client') {
    if (hasEnded(world.server().program)) await world.restart();
    return host.restart(at);
  }
  await world.restart(at);
  const client = host.client();
  // A twin that comes while its host is away is taken for it.
  const isAfresh = isFresh || scene === 'past' || scene === 'replay' || scene === 'twin';
  if (isAfresh || !client || hasEnded(client)) await host.restart();
  return world.server().program;
}
