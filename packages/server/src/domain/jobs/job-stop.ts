import type { JobTargets } from '@remotes/protocol/operators/job-request';
import { type AdministrationRefusal, decline, isDeclined } from '../administration-refusal.ts';
import { currentDefinitions } from '../definitions.ts';
import type { Author } from '../operators/actor.ts';
import { isProblem, type Problem } from '../operators/problem.ts';
import type { AdHocJob, Scope, Tables } from '../ports.ts';
import { selectHosts } from './host-selection.ts';
import { findJob } from './job-sight.ts';

export type JobStopped = {
  cancelled: number;
  asked: number;
  /** Under way on hosts of v1, which cannot be told. */
  notStoppable: number;
};

/**
 * Decides that a job is to end: what waits is cancelled, what runs is asked to end. Whose rights are narrowed stops what
 * is on his hosts; what is on others goes on.
 */
export async function decideJobStop(
  tables: Tables,
  { id, scope, by, now }: { id: string; scope: Scope; by: Author; now: number },
): Promise<JobStopped | Problem | AdministrationRefusal> {
  const job = await findJob(tables, id, scope);
  if (isProblem(job)) return job;
  if (job.kind === 'standing') {
    return decline('unsuitable_state', 'A standing job ends when its command is switched off or removed.');
  }
  if (job.endedAt !== null)
    return decline('unsuitable_state', `The job is ${job.state}: nothing of it is open.`);

  const waiting = await tables.jobRuns.hostIds(job.wireNumber, ['queued'], scope);
  const underWay = await tables.jobRuns.hostIds(job.wireNumber, ['delivered', 'running'], scope);
  const sealed = (await tables.hosts.inBrief({ ids: underWay, scope })).filter(({ isSealed }) => isSealed);
  const cancelled = await cancelWaiting(tables, job, scope === null ? null : waiting, now);
  const asked = await tables.jobRuns.askToStop(
    job.wireNumber,
    now,
    sealed.map((host) => host.id),
  );
  const isWhole = (await tables.jobRuns.hostIds(job.wireNumber, ['queued'], null)).length === 0;
  if (isWhole && job.state === 'open') await tables.jobs.changeState(job.wireNumber, 'stopped');
  await tables.server.bumpWorkEpoch();
  const notStoppable = underWay.length - sealed.length;
  const after = { cancelled, asked, not_stoppable: notStoppable };
  await tables.audit.note({ at: now, by, action: 'job.stop', subject: `job ${id}`, after });
  return { cancelled, asked, notStoppable };
}

export type WaitingAsked = {
  /** Null: all ad-hoc jobs. */
  jobs: readonly string[] | null;
  /** Null: all hosts. */
  targets: JobTargets | null;
  isDryRun: boolean;
  scope: Scope;
  by: Author;
  now: number;
};

/** Decides that runs of ad-hoc jobs which wait are not handed out any more. */
export async function decideWaitingCancelled(
  tables: Tables,
  { jobs: ids, targets, isDryRun, scope, by, now }: WaitingAsked,
): Promise<{ runs: number; jobs: number } | Problem | AdministrationRefusal> {
  const selected = targets && (await selectHosts(tables, scope, targets, now));
  if (isProblem(selected) || isDeclined(selected)) return selected;
  const meant = selected && new Set(selected.hosts.map(({ id }) => id));
  const open = await openJobs(tables, ids, scope);
  if (isProblem(open)) return open;
  let [runs, touched] = [0, 0];
  for (const job of open) {
    const waiting = await tables.jobRuns.hostIds(job.wireNumber, ['queued'], scope);
    const hostIds = meant ? waiting.filter((id) => meant.has(id)) : waiting;
    if (hostIds.length === 0) continue;
    if (!isDryRun) await cancelWaiting(tables, job, hostIds, now);
    runs += hostIds.length;
    touched += 1;
  }
  if (runs > 0 && !isDryRun) {
    const after = { runs, jobs: touched };
    await tables.audit.note({ at: now, by, action: 'job.cancel_waiting', subject: 'jobs', after });
  }
  return { runs, jobs: touched };
}

async function openJobs(
  tables: Tables,
  ids: readonly string[] | null,
  scope: Scope,
): Promise<AdHocJob[] | Problem> {
  const { work } = await currentDefinitions(tables);
  const open = [...work.values()].flatMap(({ job }) => job ?? []);
  for (const id of ids ?? []) {
    const job = await findJob(tables, id, scope);
    if (isProblem(job)) return job;
  }
  return ids === null ? open : open.filter(({ id }) => ids.includes(id));
}

function cancelWaiting(
  tables: Tables,
  job: AdHocJob,
  hostIds: readonly number[] | null,
  at: number,
): Promise<number> {
  return tables.jobRuns.closeQueued(job.wireNumber, { state: 'cancelled', reason: null, at }, hostIds);
}
