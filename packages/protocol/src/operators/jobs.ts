import { Type } from 'typebox';
import { JobState } from '../values/job.ts';
import { RunState } from '../values/run.ts';
import { Uuid } from '../values/text-forms.ts';
import { about, Id } from './forms.ts';
import { uuidPath } from './ids.ts';
import { JobPreview } from './job-preview.ts';
import { AgainRequest, JobRequest, JobTargets, PreviewRequest } from './job-request.ts';
import { JobDetail, JobView } from './job-view.ts';
import { OutcomeGroup } from './outcome-group.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';
import { RunView } from './runs.ts';

/** Jobs: one asking – this command, these hosts, under these rules. */
export const jobsRoutes = {
  jobs_list: {
    method: 'GET',
    path: '/api/v2/jobs',
    access: 'viewer',
    summary: 'List jobs, newest first',
    query: Type.Object({
      ...pageQuery,
      kind: Type.Optional(Type.Enum(['ad_hoc', 'standing'])),
      state: Type.Optional(JobState),
      command: about('Of this saved command.', Type.Optional(Id)),
      parent: about('Runs of this one again.', Type.Optional(Uuid)),
    }),
    success: 200,
    answer: pageOf(JobView),
  },
  jobs_create: {
    method: 'POST',
    path: '/api/v2/jobs',
    access: 'operator',
    summary: 'Make a job: from now on its hosts are given it. The list of hosts and their inputs are frozen',
    body: JobRequest,
    success: 201,
    answer: JobDetail,
    isCreating: true,
  },
  jobs_preview: {
    method: 'POST',
    path: '/api/v2/jobs/preview',
    access: 'operator',
    summary: 'Show what a job would be, or one that is run again, and for which hosts: nothing is made',
    body: PreviewRequest,
    success: 200,
    answer: JobPreview,
  },
  jobs_cancel_waiting: {
    method: 'POST',
    path: '/api/v2/jobs/cancel-waiting',
    access: 'operator',
    summary:
      'Cancel runs of ad-hoc jobs that wait to be handed out: of these jobs, or on these hosts, or both',
    body: Type.Object({
      jobs: Type.Optional(Type.Array(Uuid, { minItems: 1, maxItems: 1000 })),
      targets: Type.Optional(JobTargets),
      dry_run: about('Count and cancel nothing.', Type.Optional(Type.Boolean())),
    }),
    success: 200,
    answer: Type.Object({ runs: Type.Integer(), jobs: Type.Integer() }),
  },
  jobs_show: {
    method: 'GET',
    path: '/api/v2/jobs/{id}',
    access: 'viewer',
    summary: 'Show a job, with its runs counted by state',
    params: uuidPath,
    success: 200,
    answer: JobDetail,
  },
  jobs_runs: {
    method: 'GET',
    path: '/api/v2/jobs/{id}/runs',
    access: 'viewer',
    summary: 'List the runs of a job by host id; of one outcome, together with its state',
    params: uuidPath,
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(RunState),
      outcome: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    success: 200,
    answer: pageOf(RunView),
  },
  jobs_outcomes: {
    method: 'GET',
    path: '/api/v2/jobs/{id}/outcomes',
    access: 'viewer',
    summary: 'Group the runs of a job that ended alike, the biggest group first',
    params: uuidPath,
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })) }),
    success: 200,
    answer: Type.Object({
      groups: Type.Array(OutcomeGroup),
      other_groups: about('Groups beyond these, and the runs in them.', Type.Integer()),
      other_runs: Type.Integer(),
    }),
  },
  jobs_stop: {
    method: 'POST',
    path: '/api/v2/jobs/{id}/stop',
    access: 'operator',
    summary: 'Stop a job: what was not handed out is cancelled, what runs is asked to end',
    params: uuidPath,
    success: 200,
    answer: Type.Object({
      cancelled: Type.Integer(),
      asked: Type.Integer(),
      not_stoppable: about('Under way on hosts of the v1 protocol, which cannot be told.', Type.Integer()),
      job: JobDetail,
    }),
  },
  jobs_again: {
    method: 'POST',
    path: '/api/v2/jobs/{id}/again',
    access: 'operator',
    summary: 'Run a job again on some of its hosts: a new job that names it as its parent',
    params: uuidPath,
    body: AgainRequest,
    success: 201,
    answer: JobDetail,
    isCreating: true,
  },
} as const satisfies Record<string, ApiRoute>;
