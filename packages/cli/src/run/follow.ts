import { setTimeout as delay } from 'node:timers/promises';
import { eventsRoutes } from '@remotes/protocol/operators/events';
import type { JobDetail, RunCounts } from '@remotes/protocol/operators/job-view';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { RunState } from '@remotes/protocol/values/run';
import type { Api } from '../api/api.ts';
import type { ServerEvent } from '../api/event-stream.ts';
import { totalOf, underWay } from './counts.ts';
import { watchNews } from './news.ts';

export type JobLook = { readonly job: JobDetail; readonly counts: RunCounts };

export type Following = {
  /** Whether it is waited for no longer. */
  isEnough(look: JobLook): boolean;
  show(look: JobLook): void;
  /** Events about its output come only to whom they are told. */
  readonly onEvent?: ((event: ServerEvent | undefined) => void) | undefined;
  readonly signal: AbortSignal;
};

/** However quickly runs end, a job on many hosts is looked at no more often. */
const leastPauseMs = 300;
/** One on a few hosts is over as soon as they are. */
const fewHosts = 20;
const leastPauseOfFewMs = 50;
/** Looks at a job as it moves on, until nothing of it is open or it is waited for no longer; answers the last look. */
export async function followJob(
  api: Api,
  id: string,
  { isEnough, show, onEvent, signal }: Following,
): Promise<JobLook> {
  const stop = new AbortController();
  const query = { kinds: onEvent ? 'run,job,output' : 'run,job' };
  const news = watchNews(
    (gone) => api.stream(eventsRoutes.jobs_events, { params: { id }, query, signal: gone }),
    AbortSignal.any([stop.signal, signal]),
    { onEvent, isNews: ({ event }) => event !== 'output' },
  );
  try {
    for (;;) {
      const look = await lookAt(api, id);
      show(look);
      if (isOver(look) || isEnough(look) || signal.aborted) return look;
      const pauseMs = totalOf(look.counts) > fewHosts ? leastPauseMs : leastPauseOfFewMs;
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      await news.next(signal);
    }
  } finally {
    stop.abort();
  }
}

export async function lookAt(api: Api, id: string): Promise<JobLook> {
  const { answer: job } = await api.ask(jobsRoutes.jobs_show, { params: { id } });
  return { job, counts: job.counts ?? noCounts };
}

/** Nothing waits, nothing is under way. A standing job is never over. */
export function isOver({ job, counts }: JobLook): boolean {
  return job.kind === 'ad_hoc' && counts.queued === 0 && underWay(counts) === 0;
}

const noCounts = Object.fromEntries(RunState.enum.map((state) => [state, 0])) as RunCounts;
