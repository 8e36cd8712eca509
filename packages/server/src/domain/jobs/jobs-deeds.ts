import type { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { v7 as uuidv7 } from 'uuid';
import { type AdministrationRefusal, isDeclined } from '../administration-refusal.ts';
import { rowsWanted } from '../api/list-page.ts';
import type { ApiAsk, ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, type Problem } from '../operators/problem.ts';
import { readAgainAsked, readJobAsked } from './job-asking.ts';
import { readOutcomes } from './job-outcomes.ts';
import type { JobAsked } from './job-request.ts';
import { findJob } from './job-sight.ts';
import { jobDetail } from './job-view.ts';
import { listJobs } from './jobs-listed.ts';
import { runViews } from './run-view.ts';

type JobsRoute = keyof typeof jobsRoutes;

const usualOutcomes = 20;

/** What is done for each request about jobs. */
export const jobsDeeds: ApiDeeds<JobsRoute> = {
  async jobs_list({ mind, actor, query }) {
    const before = readCursor(query.cursor, ['number', 'text']);
    if (isProblem(before)) return before;
    const { tables } = mind.storage;
    const scope = actor.hostsGroupIds;
    const { kind = 'ad_hoc', state, command, parent } = query;
    const listed = await listJobs(tables, await mind.definitions.current(), {
      kind,
      ...(state !== undefined && { state }),
      ...(command !== undefined && { commandId: command }),
      ...(parent !== undefined && { parentId: parent }),
      ...(before !== undefined && { before: { createdAt: before[0], id: before[1] } }),
      scope,
      limit: rowsWanted(query),
    });
    const { items, next } = pageFrom(listed, query.limit, ({ job }) => [job.createdAt, job.id]);
    return { answer: { items: items.map(({ view }) => view), next } };
  },

  async jobs_create(ask) {
    const { mind, actor, body } = ask;
    const asked = readJobAsked(body, { scope: actor.hostsGroupIds, now: mind.clock() });
    return isProblem(asked) ? asked : dispatch(ask, asked, body.yes);
  },

  async jobs_again(ask) {
    const { mind, actor, params, body } = ask;
    const asked = readAgainAsked(params.id, body, { scope: actor.hostsGroupIds, now: mind.clock() });
    return dispatch(ask, asked, body.yes);
  },

  async jobs_preview({ mind, actor, body }) {
    const after = readCursor(body.cursor, ['number']);
    if (isProblem(after)) return after;
    const asked = readJobAsked(body, { scope: actor.hostsGroupIds, now: mind.clock() });
    if (isProblem(asked)) return asked;
    const limit = rowsWanted(body) - 1;
    await mind.presence.settle();
    const preview = await mind.storage.decide('previewJob', {
      ...asked,
      afterHostId: after?.[0] ?? 0,
      limit,
    });
    return isProblem(preview) || isDeclined(preview) ? preview : { answer: preview };
  },

  async jobs_show(ask) {
    return show(ask, ask.params.id);
  },

  async jobs_runs({ mind, actor, params, query }) {
    const after = readCursor(query.cursor, ['number']);
    if (isProblem(after)) return after;
    const { tables } = mind.storage;
    const scope = actor.hostsGroupIds;
    const job = await findJob(tables, params.id, scope);
    if (isProblem(job)) return job;
    const { state, outcome } = query;
    const runs = await tables.jobRuns.page(job.wireNumber, {
      ...(state !== undefined && { state }),
      ...(outcome !== undefined && { outcome }),
      ...(after !== undefined && { afterHostId: after[0] }),
      scope,
      limit: rowsWanted(query),
    });
    const { items, next } = pageFrom(runs, query.limit, ({ hostId }) => [hostId]);
    return { answer: { items: await runViews(tables, items), next } };
  },

  async jobs_outcomes({ mind, actor, params, query }) {
    const { tables } = mind.storage;
    const scope = actor.hostsGroupIds;
    const job = await findJob(tables, params.id, scope);
    if (isProblem(job)) return job;
    return { answer: await readOutcomes(tables, job.wireNumber, scope, query.limit ?? usualOutcomes) };
  },

  async jobs_stop(ask) {
    const { mind, actor, author: by, params } = ask;
    const request = { id: params.id, scope: actor.hostsGroupIds, by, now: mind.clock() };
    const stopped = await mind.storage.decide('stopJob', request);
    if (isProblem(stopped) || isDeclined(stopped)) return stopped;
    const shown = await show(ask, params.id);
    if (isProblem(shown)) return shown;
    const { cancelled, asked, notStoppable } = stopped;
    return { answer: { cancelled, asked, not_stoppable: notStoppable, job: shown.answer } };
  },

  async jobs_cancel_waiting({ mind, actor, author: by, body }) {
    if (body.targets?.where !== undefined) await mind.presence.settle();
    const cancelled = await mind.storage.decide('cancelWaiting', {
      jobs: body.jobs ?? null,
      targets: body.targets ?? null,
      isDryRun: body.dry_run ?? false,
      scope: actor.hostsGroupIds,
      by,
      now: mind.clock(),
    });
    return isProblem(cancelled) || isDeclined(cancelled) ? cancelled : { answer: cancelled };
  },
};

type Asking = Pick<ApiAsk<'jobs_create'>, 'mind' | 'actor' | 'author'>;

async function dispatch(ask: Asking, asked: JobAsked, yes: number | undefined) {
  await ask.mind.presence.settle();
  const made: { id: string } | Problem | AdministrationRefusal = await ask.mind.storage.decide(
    'dispatchJob',
    {
      ...asked,
      id: uuidv7(),
      agreedHosts: yes ?? null,
      by: ask.author,
    },
  );
  if (isProblem(made) || isDeclined(made)) return made;
  const shown = await show(ask, made.id);
  return isProblem(shown) ? shown : { ...shown, location: `/api/v2/jobs/${made.id}` };
}

async function show({ mind, actor }: Asking, id: string) {
  const { tables } = mind.storage;
  const scope = actor.hostsGroupIds;
  const job = await findJob(tables, id, scope);
  if (isProblem(job)) return job;
  const definitions = await mind.definitions.current();
  return { answer: await jobDetail(tables, definitions, job, { scope, operatorId: actor.operatorId }) };
}
