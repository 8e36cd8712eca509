import type { RunState } from '@remotes/protocol/values/run';
import { type CommandDefinition, currentDefinitions } from '../definitions.ts';
import { serverAuthor } from '../operators/author.ts';
import type { AdHocJob, JobStanding, Run, Tables } from '../ports.ts';

/** Whether the job counts its runs: it has a wave, or stops after failures. */
export function isLimited(command: Pick<CommandDefinition, 'job'> | undefined): boolean {
  return command?.job !== undefined && (command.job.waveSize !== null || command.job.stopAfter !== null);
}

/**
 * Whether the job may hand out one more. From here to the end of the decision nobody else changes what it counts: this is
 * asked before anything of its runs is read.
 */
export async function hasFreeSlot(tables: Tables, { job }: CommandDefinition): Promise<boolean> {
  if (!job || !isLimited({ job })) return true;
  const standing = await tables.jobs.lock(job.wireNumber);
  if (standing?.state !== 'open') return false;
  return job.waveSize === null || standing.inFlight < job.waveSize;
}

/** Whether a run of this job that was never begun may be handed out once more. */
export async function isStillOpen(tables: Tables, job: AdHocJob, now: number): Promise<boolean> {
  if (now >= job.expiresAt) return false;
  const standing = isLimited({ job }) ? await tables.jobs.lock(job.wireNumber) : job;
  return standing?.state === 'open';
}

/** The run as it is once nobody else can end it: a job that halts ends the runs of other hosts that wait. */
export async function steadyRun(tables: Tables, run: Run): Promise<Run> {
  if (run.state !== 'queued') return run;
  const { work } = await currentDefinitions(tables);
  if (!isLimited(work.get(run.wireNumber))) return run;
  await tables.jobs.lock(run.wireNumber);
  return (await tables.runs.byNumber(run.number)) ?? run;
}

/** Lets the run's job count a move that is about to be made. The failure that is one too many halts it. */
export async function countMove(
  tables: Tables,
  run: Pick<Run, 'wireNumber' | 'state'>,
  to: RunState,
  now: number,
): Promise<void> {
  const { work } = await currentDefinitions(tables);
  const command = work.get(run.wireNumber);
  if (!command) return recount(tables, run, to);
  if (!command.job || !isLimited(command)) return;
  const added = {
    inFlight: Number(holdsSlot(to)) - Number(holdsSlot(run.state)),
    failures: Number(isFailure(to)) - Number(isFailure(run.state)),
  };
  if (added.inFlight === 0 && added.failures === 0) return;
  const standing = await tables.jobs.count(run.wireNumber, added);
  if (standing && added.failures > 0 && isExhausted(command.job, standing))
    await halt(tables, command.job, now);
}

/** The counts of a job that has ended stay true when a late report settles one of its runs. */
async function recount(tables: Tables, run: Pick<Run, 'wireNumber' | 'state'>, to: RunState): Promise<void> {
  await tables.jobs.lock(run.wireNumber);
  const job = await tables.jobs.byWireNumber(run.wireNumber);
  if (job?.kind !== 'ad_hoc' || job.counts === null || run.state === to) return;
  const counts = { ...job.counts };
  counts[run.state] -= 1;
  counts[to] += 1;
  await tables.jobs.recount(run.wireNumber, counts);
}

function isExhausted({ stopAfter }: AdHocJob, { state, failures }: JobStanding): boolean {
  return state === 'open' && stopAfter !== null && failures >= stopAfter;
}

/** From the commit on nothing more is handed out; what is under way ends by itself. */
async function halt(tables: Tables, job: AdHocJob, now: number): Promise<void> {
  await tables.jobs.changeState(job.wireNumber, 'halted');
  const closing = { state: 'cancelled', reason: 'halted', at: now } as const;
  const cancelled = await tables.jobRuns.closeQueued(job.wireNumber, closing, null);
  await tables.server.bumpWorkEpoch();
  const note = { action: 'job.halt', subject: `job ${job.id}`, after: { cancelled } };
  await tables.audit.note({ at: now, by: serverAuthor, ...note });
}

function holdsSlot(state: RunState): boolean {
  return state === 'delivered' || state === 'running';
}

function isFailure(state: RunState): boolean {
  return state === 'failed' || state === 'timed_out' || state === 'interrupted' || state === 'refused';
}
