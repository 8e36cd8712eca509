import { currentDefinitions, type Definitions } from './definitions.ts';
import { countMove } from './jobs/job-slots.ts';
import type { Run, Tables } from './ports.ts';
import { hasAttemptLeft } from './run-delivery.ts';
import { mayMove } from './run-moves.ts';

/**
 * Ends runs that stayed silent beyond their time-out and grace: nobody knows how they ended, so `interrupted`. They
 * are offered again only where the command's author allowed attempts and the host still belongs to its group.
 * Answers how many it ended; as many as the limit means that there may be more.
 */
export async function interruptOverdueRuns(
  tables: Tables,
  { now, limit }: { now: number; limit: number },
): Promise<number> {
  const overdue = await tables.runs.overdue(now, limit);
  if (overdue.length === 0) return 0;
  const definitions = await currentDefinitions(tables);
  for (const run of overdue) {
    await tables.runs.clearDeadline(run.number);
    if (!mayMove(run.state, 'interrupted')) continue;
    await countMove(tables, run, 'interrupted', now);
    await tables.runs.change(run.number, { state: 'interrupted', reason: 'no_report', finishedAt: now });
    await offerAgain(tables, definitions, run);
  }
  return overdue.length;
}

/**
 * Offers an interrupted run again where its command allows another attempt, the host still belongs to its group, and
 * nobody asked for its end.
 */
export async function offerAgain(tables: Tables, definitions: Definitions, run: Run): Promise<void> {
  const command = definitions.commands.get(run.wireNumber);
  if (!command || run.stopAskedAt !== null || !hasAttemptLeft({ ...run, state: 'interrupted' }, command))
    return;
  const groups = await tables.hostsGroups.ofHost(run.hostId);
  if (groups.some((group) => group.id === command.hostsGroupId)) {
    await tables.pending.add(run.hostId, run.wireNumber);
  }
}
