import { currentDefinitions } from './definitions.ts';
import { countMove, isStillOpen } from './jobs/job-slots.ts';
import type { Run, Tables } from './ports.ts';

/**
 * Takes back a delivery that never arrived. The run is offered once more, as the same attempt; where it is not wanted
 * any more it ends here.
 */
export async function queueAgain(tables: Tables, run: Run, now: number): Promise<void> {
  await tables.runs.clearDeadline(run.number);
  await tables.runs.release(run.number);
  const isWanted = run.stopAskedAt === null && (await isMeantFor(tables, run, now));
  await countMove(tables, run, isWanted ? 'queued' : 'cancelled', now);
  if (!isWanted) {
    await tables.runs.change(run.number, { state: 'cancelled', reason: 'never_begun', finishedAt: now });
    return;
  }
  await tables.runs.change(run.number, { state: 'queued', deliveredAt: null });
  await tables.pending.add(run.hostId, run.wireNumber);
}

/** Whether its job is open, or its command still stands, for a hosts group that the host belongs to. */
async function isMeantFor(tables: Tables, run: Run, now: number): Promise<boolean> {
  const command = (await currentDefinitions(tables)).work.get(run.wireNumber);
  if (command?.jobId !== run.jobId) return false;
  if (command.job) return isStillOpen(tables, command.job, now);
  const groups = await tables.hostsGroups.ofHost(run.hostId);
  return groups.some((group) => group.id === command.hostsGroupId);
}
