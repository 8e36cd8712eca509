import { type AdministrationRefusal, isDeclined } from './administration-refusal.ts';
import { type CommandDefinition, currentDefinitions } from './definitions.ts';
import { runsOnV1 } from './offer.ts';
import type { Author } from './operators/actor.ts';
import type { Tables } from './ports.ts';
import { becomeAnotherStore } from './restored-store.ts';
import { refusalOfRuns, runnableCommands } from './run-guard.ts';

/** From the commit on no host is offered anything. With `storeId` the database also counts as restored from a backup. */
export async function decidePause(
  tables: Tables,
  { storeId, now, by }: { storeId: string | null; now: number; by: Author },
): Promise<{ wasPaused: boolean }> {
  const { isPaused } = await tables.server.read();
  if (storeId !== null) await becomeAnotherStore(tables, { storeId, now });
  await tables.server.setPaused(true);
  if (storeId !== null || !isPaused) {
    const action = storeId === null ? 'server.pause' : 'server.restore';
    await tables.audit.note({ at: now, by, action, subject: 'server' });
  }
  await tables.server.bumpEpoch();
  return { wasPaused: isPaused };
}

/** Offers again what is pending, if it is agreed to on how many hosts something will run. */
export async function decideResumption(
  tables: Tables,
  { agreedHosts, now, by }: { agreedHosts: number | null; now: number; by: Author },
): Promise<{ wasPaused: boolean; willRunOn: number } | AdministrationRefusal> {
  const definitions = await currentDefinitions(tables);
  const willRunOn = await countRunning(tables, runnableCommands(definitions, now));
  const { isPaused } = await tables.server.read();
  if (!isPaused) return { wasPaused: false, willRunOn };
  const refusal = refusalOfRuns(definitions, willRunOn, agreedHosts);
  if (isDeclined(refusal)) return refusal;
  await tables.server.setPaused(false);
  await tables.audit.note({
    at: now,
    by,
    action: 'server.resume',
    subject: 'server',
    after: { will_run_on_hosts: willRunOn },
  });
  await tables.server.bumpEpoch();
  return { wasPaused: true, willRunOn };
}

/** A host that a failure holds back from all that is pending for it runs nothing. */
async function countRunning(tables: Tables, commands: readonly CommandDefinition[]): Promise<number> {
  const careful = Map.groupBy(
    commands.filter(({ stopOnFailure }) => stopOnFailure),
    ({ commandsGroupId }) => commandsGroupId,
  );
  const running = await hostsWith(
    tables,
    commands.filter(({ stopOnFailure }) => !stopOnFailure),
  );
  for (const [commandsGroupId, ofGroup] of careful) {
    const held = new Set(await tables.runs.heldHostIds(commandsGroupId));
    for (const id of await hostsWith(tables, ofGroup)) if (!held.has(id)) running.add(id);
  }
  return running.size;
}

/** Those that have one of these pending and can be given it. */
async function hostsWith(tables: Tables, commands: readonly CommandDefinition[]): Promise<Set<number>> {
  const numbers = (isOnV1: boolean) =>
    commands.filter(({ interpreter }) => runsOnV1(interpreter) === isOnV1).map(({ id }) => id);
  const hosts = await tables.pending.hostIds(numbers(true));
  return new Set([...hosts, ...(await tables.pending.sealedHostIds(numbers(false)))]);
}
