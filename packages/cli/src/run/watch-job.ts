import type { JobDetail } from '@remotes/protocol/operators/job-view';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { durationText } from '@remotes/protocol/screen/time-text';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import type { Api } from '../api/api.ts';
import { lastingApi } from '../api/lasting-api.ts';
import { itemsOf } from '../api/pages.ts';
import type { Given } from '../command.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { isGiven } from '../given.ts';
import { createPaint } from '../screen/colours.ts';
import { showList } from '../screen/listing.ts';
import { createProgressLine } from '../screen/progress-line.ts';
import { write } from '../screen/write.ts';
import { isPassing, trouble } from '../trouble.ts';
import { countsText, hostsText, progressText, statusOf, totalOf, underWay } from './counts.ts';
import { endingsText } from './endings.ts';
import { followJob, isOver, type JobLook, lookAt } from './follow.ts';
import { followOutput } from './follow-output.ts';
import { onInterruption } from './interruption.ts';
import { outcomesText } from './outcomes.ts';
import { runColumns } from './run-columns.ts';
import { runsToFollow, type Watching } from './watching.ts';

/** Hosts that were away at the beginning are waited for so long. */
const awayPatienceMs = 60_000;

/** Follows a job to its end, shows what came of it, and answers the exit status for it. */
export async function watchJob(
  given: Given,
  { waitSeconds, isFollowed }: Watching,
  api: Api,
  id: string,
  awayHosts: number,
): Promise<ExitStatus> {
  const begun = Date.now();
  const elapsed = () => Date.now() - begun;
  const isEnough = ({ counts }: JobLook) => {
    if (waitSeconds !== undefined) return elapsed() >= waitSeconds * 1000;
    return elapsed() >= awayPatienceMs && underWay(counts) === 0 && counts.queued <= awayHosts;
  };
  const line = createProgressLine();
  const interruption = onInterruption(api, id, line);
  const say = (text: string) => line.show(`${durationText(elapsed())}  ${text}`);
  const show = ({ counts }: JobLook) => say(progressText(counts));
  const wait = waitSeconds === undefined ? undefined : AbortSignal.timeout(waitSeconds * 1000);
  const signal = wait ? AbortSignal.any([interruption.signal, wait]) : interruption.signal;
  const onLost = (message: string, isNews: boolean) => {
    say(`the server is not reached; asking again: ${api.origin}`);
    if (isNews && !process.stderr.isTTY) console.error(`${message} It is asked again until it answers.`);
  };
  const lasting = lastingApi(api, { signal, onLost });
  try {
    const runs = await runsToFollow(given, isFollowed, lasting, id);
    const print = line.printAbove;
    const output = runs && followOutput(lasting, runs, { ...screenOf(given), print, signal });
    await followJob(lasting, id, { isEnough, show, onEvent: output?.onEvent, signal }).finally(() => {
      line.clear();
      interruption.end();
    });
    await output?.end();
    const look = await lookAt(lasting, id);
    if (output) await write(await endingsText(lasting, id, screenOf(given).paint));
    else await reportJob(given, lasting, look);
    console.error(summaryText(look, elapsed(), await waitingHosts(lasting, look)));
    return interruption.wasAsked()
      ? exitStatus.interrupted
      : statusOf(look.counts, look.job.state === 'halted');
  } catch (thrown) {
    if (!isPassing(thrown)) throw thrown;
    // Whoever is left alone with it wants to find it again.
    const status = interruption.wasAsked() ? 'interrupted' : 'unreached';
    throw trouble(status, `${thrown.message}\nThe job was made. To watch on: remotes jobs watch ${id}`);
  }
}

/** What came of a job so far, in the format that was asked for. */
export async function reportJob(given: Given, api: Api, { job }: JobLook): Promise<void> {
  const { format } = given;
  const params = { id: job.id };
  if (format === 'json') {
    const { answer } = await api.ask(jobsRoutes.jobs_outcomes, { params, query: {} });
    return write(`${jsonText({ job, ...answer })}\n`);
  }
  if (format !== 'table')
    return showList(format, runColumns, itemsOf(api, jobsRoutes.jobs_runs, { params, query: {} }));
  await write(await outcomesText(api, job.id, screenOf(given)));
}

function screenOf(given: Given) {
  const paint = createPaint(given.config, process.stdout);
  return { paint, isRaw: isGiven(given, 'raw') || !process.stdout.isTTY };
}

/** `1000 hosts: 987 succeeded, 13 failed, after 12 s. Job 0190…`, and what can be done next. */
function summaryText(look: JobLook, tookMs: number, waiting: string): string {
  const { job, counts } = look;
  const lines = [
    `${hostsText(totalOf(counts))}: ${countsText(counts)}, after ${durationText(tookMs)}. Job ${job.id}${standing(job)}`,
  ];
  if (waiting !== '') lines.push(`Not done yet: ${waiting}`);
  if (!isOver(look))
    lines.push(`To watch on: remotes jobs watch ${job.id}`, `To stop it: remotes jobs stop ${job.id}`);
  const again = counts.failed + counts.timed_out + counts.stopped + counts.refused;
  if (again > 0 && isOver(look))
    lines.push(`Once more where it failed: remotes jobs again ${job.id} --which failed`);
  return lines.join('\n');
}

const mostNamed = 5;

/** The first of those that were not handed it, or are at it, by name. */
async function waitingHosts(api: Api, { job, counts }: JobLook): Promise<string> {
  const names: string[] = [];
  for (const state of ['running', 'delivered', 'queued'] as const) {
    const left = mostNamed - names.length;
    if (counts[state] === 0 || left === 0) continue;
    const ask = { params: { id: job.id }, query: { state } };
    for await (const run of itemsOf(api, jobsRoutes.jobs_runs, ask, left))
      names.push(visibleLine(run.host.name));
  }
  const isMore = counts.queued + underWay(counts) > names.length;
  return names.join(', ') + (isMore ? ', …' : '');
}

function standing({ state, stop_after: stopAfter }: JobDetail): string {
  if (state === 'halted') return `, halted: ${stopAfter ?? 'too many'} had failed`;
  return state === 'stopped' ? ', stopped' : '';
}
