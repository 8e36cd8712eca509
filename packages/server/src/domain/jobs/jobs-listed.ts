import type { JobView } from '@remotes/protocol/operators/job-view';
import type { Definitions } from '../definitions.ts';
import type { AdHocJob, JobFilter, StandingJob, Tables } from '../ports.ts';
import { jobInList } from './job-view.ts';

type Listed = { readonly job: AdHocJob | StandingJob; readonly view: JobView };

/** Jobs, newest first. What state one is in is known when its runs have been counted: the memory only says which may be in it. */
export async function listJobs(
  tables: Tables,
  definitions: Definitions,
  filter: JobFilter,
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for (let before = filter.before; ; ) {
    const jobs = await tables.jobs.list({ ...filter, ...(before && { before }) });
    for (const job of jobs) {
      const view = await jobInList(tables, definitions, job, filter.scope);
      if (filter.state === undefined || filter.state === view.state) listed.push({ job, view });
      if (listed.length === filter.limit) return listed;
    }
    const last = jobs.at(-1);
    if (!last || jobs.length < filter.limit) return listed;
    before = { createdAt: last.createdAt, id: last.id };
  }
}
