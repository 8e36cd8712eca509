import type { JobState } from '@remotes/protocol/values/job';
import type { AdHocJob, RunCounts, Scope, Tables } from '../ports.ts';

/** How an ad-hoc job stands for somebody. */
export type JobSeen = {
  /** The runs on his hosts, by state, and how many that are. */
  readonly counts: RunCounts;
  readonly runs: number;
  /** Whether these are all that the job was made for. */
  readonly isWhole: boolean;
  readonly state: JobState;
  readonly endedAt: number | null;
};

/** Reads how a job stands. What goes on with it on hosts outside somebody's rights makes no difference to him. */
export async function readJobSeen(tables: Tables, job: AdHocJob, scope: Scope): Promise<JobSeen> {
  const known = scope === null ? job.counts : null;
  const counts = known ?? (await tables.jobRuns.counts(job.wireNumber, scope));
  const runs = Object.values(counts).reduce((sum, some) => sum + some, 0);
  const isDone = counts.queued + counts.delivered + counts.running === 0;
  if (scope === null || runs === job.targets) {
    // It is written down as ended a moment after its last run.
    const state = job.state === 'open' && isDone ? 'ended' : job.state;
    return { counts, runs, isWhole: true, state, endedAt: job.endedAt };
  }
  const isCut = job.state !== 'open' && job.state !== 'ended' && counts.cancelled + counts.stopped > 0;
  return {
    counts,
    runs,
    isWhole: false,
    state: isCut ? job.state : isDone ? 'ended' : 'open',
    endedAt: isDone ? await tables.jobRuns.lastFinishedAt(job.wireNumber, scope) : null,
  };
}
