import type { JobView } from '@remotes/protocol/operators/job-view';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { AgainOn, JobState } from '@remotes/protocol/values/job';
import { RunState } from '@remotes/protocol/values/run';
import { findCommand, findJob } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readText } from '../given.ts';
import { agreedHosts, agreementOptions } from '../run/agreement.ts';
import { countsText, countText } from '../run/counts.ts';
import { lookAt } from '../run/follow.ts';
import { stopJob } from '../run/interruption.ts';
import { previewJob, requireSome, showPreview, targetsText } from '../run/preview.ts';
import { readRules, ruleOptions } from '../run/rules.ts';
import { runColumns } from '../run/run-columns.ts';
import { askedText, readTargets, targetOptions } from '../run/targets.ts';
import { reportJob, watchJob } from '../run/watch-job.ts';
import { readWatching, watchOptions } from '../run/watching.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell, sinceText } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { usageTrouble } from '../trouble.ts';
import { readChoice } from './choice.ts';
import { historyOptions, readLimit } from './history.ts';

export const jobs: CommandShape = {
  name: 'jobs',
  help: `Usage: remotes jobs [list] [--state STATE] [--kind KIND] [--command COMMAND] [--limit N | --all]
       remotes jobs show|outcomes|watch JOB
       remotes jobs runs JOB [--state STATE]
       remotes jobs stop JOB…
       remotes jobs again JOB --which all|failed|interrupted|missed [--yes N] [--dry-run]
       remotes jobs cancel-waiting [JOB…] [-g GROUP]… [-H HOST]… [-w FILTER] [--dry-run]

JOB is an id, or "last" for the newest one.

  list            jobs, newest first
  show            one job: what it runs, its rules, its runs counted by state
  outcomes        what came back, hosts that answered alike together
  watch           follows it as "run" does, to its end, with the same exit status
  runs            its runs, a line each
  stop            cancels what was not handed out, and asks what runs to end
  again           runs it again on some of its hosts, as a new job: all, those where it failed (timed out, was stopped or
                  refused), those where nobody knows how it ended, or those that never got it; then watches it. It goes
                  in waves, and stops after failures, as the former one did, unless --wave or --stop-after say otherwise
  cancel-waiting  cancels runs that wait to be handed out: of these jobs, on these hosts, or both

  --state STATE   of a job open, halted, stopped or ended; of a run queued, running, succeeded, failed …
  --kind KIND     ad_hoc or standing
  --limit N        how many (50); --all for all of them
  --wave, --stop-after, --expires, --skip-unsuitable, --yes, --no-wait, --wait-seconds, --follow,
  --no-follow, --raw: as in "remotes run --help"
  --json, -o wide|csv  other forms

Examples:
  remotes jobs outcomes last
  remotes jobs again last --which failed`,
  actions: {
    list: {
      options: {
        state: { type: 'string' },
        kind: { type: 'string' },
        command: { type: 'string', stands: 'COMMAND' },
        ...historyOptions,
      },
      run: list,
    },
    show: { takes: ['JOB'], run: show },
    outcomes: { takes: ['JOB'], options: { raw: watchOptions.raw }, run: showOutcomes },
    watch: { takes: ['JOB'], options: watchOptions, run: watch },
    runs: { takes: ['JOB'], options: { state: { type: 'string' } }, run: listRuns },
    stop: { takes: ['JOB…'], run: stop },
    again: {
      takes: ['JOB'],
      options: {
        which: { type: 'string' },
        ...ruleOptions,
        ...agreementOptions,
        ...watchOptions,
        'dry-run': { type: 'boolean' },
        'no-wait': { type: 'boolean' },
      },
      run: runAgain,
    },
    'cancel-waiting': {
      takes: ['[JOB…]'],
      options: { ...targetOptions, 'dry-run': { type: 'boolean' } },
      run: cancelWaiting,
    },
  },
};

const columns: readonly Column<JobView>[] = [
  { title: 'Job', isWhole: true, of: ({ id }) => id },
  {
    title: 'Made',
    isWhole: true,
    of: ({ created_at: at }) => momentCell(at),
    brief: ({ created_at: at }) => sinceText(at),
  },
  { title: 'State', of: ({ state }) => state },
  { title: 'Runs', isWhole: true, of: ({ counts }) => (counts === null ? '' : countsText(counts)) },
  { title: 'Name', of: ({ name }) => name },
  { title: 'By', isWide: true, of: ({ by }) => by?.name },
  { title: 'Hosts', isWide: true, of: ({ targets }) => targets },
  { title: 'Kind', isWide: true, of: ({ kind }) => kind },
  { title: 'Interpreter', isWide: true, of: ({ interpreter }) => interpreter },
  { title: 'Wave', isWide: true, of: ({ wave }) => wave },
  { title: 'Stop after', isWide: true, of: ({ stop_after: stopAfter }) => stopAfter },
  { title: 'Expires', isWide: true, isWhole: true, of: ({ expires_at: at }) => momentCell(at) },
  { title: 'Ended', isWide: true, isWhole: true, of: ({ ended_at: at }) => momentCell(at) },
  { title: 'Parent', isWide: true, of: ({ parent_id: id }) => id },
];

async function list(given: Given): Promise<number> {
  const api = connect(given);
  const state = readChoice(given, 'state', JobState.enum);
  const kind = readChoice(given, 'kind', ['ad_hoc', 'standing']);
  const command = readText(given, 'command');
  const query = {
    ...(state && { state }),
    ...(kind && { kind }),
    ...(command !== undefined && { command: (await findCommand(api, command)).id }),
  };
  await showList(given.format, columns, itemsOf(api, jobsRoutes.jobs_list, { query }, readLimit(given)));
  return exitStatus.done;
}

async function show(given: Given): Promise<number> {
  const api = connect(given);
  const { job, counts } = await lookAt(api, await findJob(api, given.words[0] ?? ''));
  await showDetails(given.format, job, [
    ...columns.filter(({ title }) => title !== 'Runs'),
    { title: 'Runs', of: () => countsText(counts) },
    { title: 'Settings', of: ({ settings }) => settings.join(', ') },
    { title: 'Targets', of: ({ asked_targets: targets }) => (targets === null ? '' : askedText(targets)) },
    { title: 'Program', of: ({ program }) => program },
  ]);
  return exitStatus.done;
}

async function showOutcomes(given: Given): Promise<number> {
  const api = connect(given);
  await reportJob(given, api, await lookAt(api, await findJob(api, given.words[0] ?? '')));
  return exitStatus.done;
}

async function watch(given: Given): Promise<number> {
  const watching = readWatching(given);
  const api = connect(given);
  return watchJob(given, watching, api, await findJob(api, given.words[0] ?? ''), 0);
}

async function listRuns(given: Given): Promise<number> {
  const api = connect(given);
  const state = readChoice(given, 'state', RunState.enum);
  const params = { id: await findJob(api, given.words[0] ?? '') };
  await showList(
    given.format,
    runColumns,
    itemsOf(api, jobsRoutes.jobs_runs, { params, query: { ...(state && { state }) } }),
  );
  return exitStatus.done;
}

async function stop(given: Given): Promise<number> {
  const api = connect(given);
  for (const word of given.words) console.error(await stopJob(api, await findJob(api, word)));
  return exitStatus.done;
}

async function runAgain(given: Given): Promise<number> {
  const which = readChoice(given, 'which', AgainOn.enum);
  if (!which) throw usageTrouble(`Say on which hosts: --which ${AgainOn.enum.join('|')}.`);
  const api = connect(given);
  const id = await findJob(api, given.words[0] ?? '');
  const rules = readRules(given);
  const watching = readWatching(given);
  const ask = { again: { job: id, which }, ...rules };
  const preview = await previewJob(api, ask);
  requireSome(preview, `That job has no such hosts (${which}).`);
  console.error(targetsText(preview));
  if (isGiven(given, 'dry-run')) {
    await showPreview(api, given.format, ask, preview);
    return exitStatus.done;
  }
  const yes = await agreedHosts(given, preview);
  const body = { which, ...rules, ...(yes !== undefined && { yes }) };
  const { answer: job } = await api.ask(jobsRoutes.jobs_again, { params: { id }, body });
  if (!isGiven(given, 'no-wait')) return watchJob(given, watching, api, job.id, preview.away + preview.never);
  await write(`${job.id}\n`);
  return exitStatus.done;
}

async function cancelWaiting(given: Given): Promise<number> {
  const targets = readTargets(given);
  if (given.words.length === 0 && !targets)
    throw usageTrouble('Say of which jobs, or on which hosts: JOB…, -g GROUP, -H HOST or -w FILTER.');
  const api = connect(given);
  const jobIds: string[] = [];
  for (const word of given.words) jobIds.push(await findJob(api, word));
  const isDry = isGiven(given, 'dry-run');
  const body = { ...(jobIds.length > 0 && { jobs: jobIds }), ...(targets && { targets }), dry_run: isDry };
  const { answer } = await api.ask(jobsRoutes.jobs_cancel_waiting, { body });
  const runs = countText(answer.runs, 'run');
  const done = isDry ? 'would be' : answer.runs === 1 ? 'was' : 'were';
  await write(`${runs} of ${countText(answer.jobs, 'job')} ${done} cancelled.\n`);
  return exitStatus.done;
}
