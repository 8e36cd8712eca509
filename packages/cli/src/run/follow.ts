import { setTimeout as delay } from 'node:timers/promises';
import { eventsRoutes } from '@remotes/protocol/operators/events';
import type { JobDetail, RunCounts } from '@remotes/protocol/operators/job-view';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { RunState } from '@remotes/protocol/values/run';
import type { Api } from '../api/api.ts';
import { readEvents } from '../api/event-stream.ts';
import { isTrouble } from '../trouble.ts';
import { underWay } from './counts.ts';

export type JobLook = { readonly job: JobDetail; readonly counts: RunCounts };

export type Following = {
  /** Whether it is waited for no longer. */
  isEnough(look: JobLook): boolean;
  show(look: JobLook): void;
  readonly signal: AbortSignal;
};

/** However quickly runs end, their job is looked at no more often. */
const leastPauseMs = 300;
/** Without events it is looked at so often. */
const usualPauseMs = 2000;

/** Looks at a job as it moves on, until nothing of it is open or it is waited for no longer; answers the last look. */
export async function followJob(
  api: Api,
  id: string,
  { isEnough, show, signal }: Following,
): Promise<JobLook> {
  const stop = new AbortController();
  const news = watchEvents(api, id, AbortSignal.any([stop.signal, signal]));
  try {
    for (;;) {
      const look = await lookAt(api, id);
      show(look);
      if (isOver(look) || isEnough(look) || signal.aborted) return look;
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

/** Says when there is something new: at an event, and now and then in case the events do not come. */
function watchEvents(api: Api, id: string, signal: AbortSignal) {
  let ring: () => void = () => {};
  let isNews = false;
  void readAlong(api, id, signal, () => {
    isNews = true;
    ring();
  });
  return {
    async next(waiting: AbortSignal): Promise<void> {
      await delay(leastPauseMs, undefined, { signal: waiting }).catch(() => {});
      if (!isNews && !waiting.aborted) await rung(waiting);
      isNews = false;
    },
  };

  function rung(waiting: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => end(), usualPauseMs);
      const end = () => {
        clearTimeout(timer);
        waiting.removeEventListener('abort', end);
        ring = () => {};
        resolve();
      };
      ring = end;
      waiting.addEventListener('abort', end, { once: true });
    });
  }
}

/** Events only say that it is worth looking: what they carry is not counted, so none that is missed can do harm. */
async function readAlong(api: Api, id: string, signal: AbortSignal, onEvent: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      const ask = { params: { id }, query: { kinds: 'run,job' }, signal };
      for await (const _event of readEvents(await api.stream(eventsRoutes.jobs_events, ask))) onEvent();
    } catch (thrown) {
      // Looking now and then does as well, only later.
      if (!isTrouble(thrown) && !signal.aborted) throw thrown;
    }
    await delay(usualPauseMs, undefined, { signal }).catch(() => {});
  }
}
