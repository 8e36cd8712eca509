import { currentDefinitions } from '../definitions.ts';
import type { Mind } from '../mind.ts';
import type { Tables } from '../ports.ts';

/** Ends what waits beyond its time, and jobs of which nothing is open any more; asked every second. */
export async function tendJobs({ storage, definitions, clock }: Mind): Promise<void> {
  const now = clock();
  const { work } = await definitions.current();
  // Looked at first, so that an idle server writes nothing.
  const { jobs, jobRuns } = storage.tables;
  for (const { job } of work.values()) {
    if (job?.state !== 'open' || now < job.expiresAt) continue;
    const waiting = await jobRuns.page(job.wireNumber, { state: 'queued', scope: null, limit: 1 });
    if (waiting.length > 0) await storage.decide('expireJobs', { now });
  }
  if ((await jobs.finished()).length > 0) await storage.decide('endJobs', { now });
}

/** Decides that runs which were not handed out in time are not handed out any more. */
export async function decideExpiry(tables: Tables, { now }: { now: number }): Promise<void> {
  const { work } = await currentDefinitions(tables);
  for (const { job } of work.values()) {
    if (job?.state !== 'open' || now < job.expiresAt) continue;
    const closing = { state: 'expired', reason: null, at: now } as const;
    await tables.jobRuns.closeQueued(job.wireNumber, closing, null);
  }
}

/** Decides that jobs are over: from now on no host is given anything of them. */
export async function decideJobsEnd(tables: Tables, { now }: { now: number }): Promise<void> {
  const finished = await tables.jobs.finished();
  for (const wireNumber of finished) {
    await tables.jobs.end(wireNumber, now, await tables.jobRuns.counts(wireNumber, null));
  }
  if (finished.length > 0) await tables.server.bumpWorkEpoch();
}
