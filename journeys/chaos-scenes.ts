import type { Scene } from './chaos-points.ts';
import { chaosProgram } from './chaos-program.ts';
import type { ChaosWorld } from './chaos-world.ts';
import { apply } from './server-process.ts';
import { until } from './until.ts';

/** Of the command whose run is given again though it was executed. */
export const replayedName = 'replayed';

export type SceneKeeper = {
  readonly world: ChaosWorld;
  /** Makes a job of a new name for all hosts. */
  give(seconds: number): Promise<{ readonly id: string; readonly name: string }>;
};

export async function sceneKeeper(world: ChaosWorld): Promise<SceneKeeper> {
  const commands = [
    { name: replayedName, order: 1, interpreter: 'sh', command: chaosProgram(replayedName).program },
  ];
  const group = { name: 'chaos', hosts_group: 'All hosts', order: 1, commands };
  await apply(world.database, JSON.stringify({ commands_groups: [group] }));
  await world.hosts[0]?.restart();
  await until('the first run', () =>
    replayedRun(world).then((run) => run?.state === 'succeeded' || undefined),
  );
  let given = 0;
  return {
    world,
    async give(seconds) {
      given += 1;
      const name = `j${given}`;
      return { id: await world.give(name, seconds), name };
    },
  };
}

/** What must be before the two come up. */
export async function prepareScene({ world }: SceneKeeper, scene: Scene): Promise<void> {
  const { database } = world;
  if (scene === 'past') await database.write(({ hosts }) => hosts.change(1, { toldStoreId: null }));
  if (scene !== 'replay') return;
  // As a server that has lost its memory would: the client alone knows that it ran.
  const run = await replayedRun(world);
  if (!run) throw new Error('The run that is to be replayed is not there.');
  await database.write(async ({ runs, pending }) => {
    const unended = { reason: null, outcome: null, result: null, finishedAt: null };
    await runs.change(run.number, { ...unended, state: 'queued', deliveredAt: null });
    await runs.clearDeadline(run.number);
    await pending.add(run.hostId, run.wireNumber);
  });
}

/** What must be done while they are up. Whoever is to die may die of it at any time. The name of a short run's program. */
export async function playScene({ world, give }: SceneKeeper, scene: Scene): Promise<string | undefined> {
  if (scene === 'short run') return (await give(0)).name;
  if (scene === 'long run') await give(1.3);
  if (scene === 'stop') {
    const { id, name } = await give(20);
    await until('its execution', () => world.hosts[0]?.executed().find((each) => each.name === name));
    await world.stop(id);
  }
  if (scene === 'twin' || scene === 'goodbye') {
    await until('a connection', () =>
      /connected to/.test(world.hosts[0]?.client()?.stderr() ?? '') ? true : undefined,
    );
  }
  if (scene === 'twin') await world.hosts[0]?.twin(world.server().url);
  if (scene === 'goodbye') world.server().program.child.kill('SIGTERM');
  return undefined;
}

async function replayedRun({ database }: ChaosWorld) {
  const runs = await database.storage.tables.runs.list({ hostId: 1, limit: 1000 });
  return runs.find(({ commandName }) => commandName === replayedName);
}
