import type { Stop } from '@remotes/protocol/messages/started';
import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { countMove } from './jobs/job-slots.ts';
import type { Author } from './operators/actor.ts';
import type { Run, Tables } from './ports.ts';
import { mayMove } from './run-moves.ts';
import { createRunsReader, type RunReading } from './runs-reading.ts';

export type StopOutcome = {
  run: RunReading;
  /** `asked`: its host is told when it next gives a sign of life. `cancelled`: it had not begun. */
  done: 'asked' | 'asked_before' | 'cancelled';
};

/** Which runs a host is to end, or not to begin: said with every answer to a report, as it may be about to begin one. */
export async function stopsOfHost(tables: Tables, hostId: number): Promise<Stop[]> {
  const unfinished = await tables.runs.unfinishedOfHost(hostId);
  return unfinished
    .filter(({ stopAskedAt }) => stopAskedAt !== null)
    .map(({ id, attempt }) => ({ type: 'stop', run: id, attempt }));
}

/** Decides that a run is to end: at once where it never began, else its host is told. */
export async function decideStop(
  tables: Tables,
  { run: reference, now, by }: { run: string; now: number; by: Author },
): Promise<StopOutcome | AdministrationRefusal> {
  const run = await createRunsReader(tables).find(reference);
  if (isDeclined(run)) return run;
  const host = await tables.hosts.byId(run.hostId);
  const note = { at: now, by, action: 'run.stop', subject: `run ${run.id}`, before: { state: run.state } };
  if (run.state === 'queued') {
    await tables.audit.note(note);
    return { run: await cancel(tables, run, now), done: 'cancelled' };
  }
  if (!mayMove(run.state, 'stopped') || run.state === 'interrupted') {
    return decline('unsuitable_state', `Run ${run.number} is ${run.state}: there is nothing to stop.`);
  }
  if (host === undefined || host.channelKey === null) {
    return decline(
      'unsuitable_state',
      `Run ${run.number} is on host "${run.hostName}", which speaks v1: a v1 run cannot be stopped. It ends with its time-out.`,
    );
  }
  if (run.stopAskedAt !== null) return { run, done: 'asked_before' };
  await tables.runs.change(run.number, { stopAskedAt: now });
  await tables.audit.note(note);
  return { run: { ...run, stopAskedAt: now }, done: 'asked' };
}

async function cancel<Cancelled extends Run>(
  tables: Tables,
  run: Cancelled,
  now: number,
): Promise<Cancelled> {
  await countMove(tables, run, 'cancelled', now);
  const change = { state: 'cancelled', stopAskedAt: now, finishedAt: now } as const;
  await tables.runs.change(run.number, change);
  await tables.pending.remove(run.hostId, run.wireNumber);
  return { ...run, ...change };
}
