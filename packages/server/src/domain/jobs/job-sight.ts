import { currentDefinitions } from '../definitions.ts';
import { notFound, type Problem } from '../operators/problem.ts';
import type { AdHocJob, Scope, StandingJob, Tables } from '../ports.ts';

/** The job, if whoever asks may know of it: it has a run on one of his hosts, or is meant for a hosts group of his. */
export async function findJob(
  tables: Tables,
  id: string,
  scope: Scope,
): Promise<AdHocJob | StandingJob | Problem> {
  const job = await tables.jobs.byId(id);
  return job && (await isVisible(tables, job, scope)) ? job : notFound(`job ${id}`);
}

async function isVisible(tables: Tables, job: AdHocJob | StandingJob, scope: Scope): Promise<boolean> {
  if (scope === null) return true;
  if (job.kind === 'standing') {
    const { commands } = await currentDefinitions(tables);
    if (scope.includes(commands.get(job.commandId)?.hostsGroupId ?? 0)) return true;
  }
  return (await tables.jobRuns.page(job.wireNumber, { scope, limit: 1 })).length > 0;
}
