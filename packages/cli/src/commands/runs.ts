import { runsRoutes } from '@remotes/protocol/operators/runs';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import { RunState } from '@remotes/protocol/values/run';
import { findHost, findJob, findRun } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { readText } from '../given.ts';
import { runColumns } from '../run/run-columns.ts';
import { showDetails, showList } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { readChoice } from './choice.ts';
import { historyOptions, readLimit } from './history.ts';

export const runs: CommandShape = {
  name: 'runs',
  help: `Usage: remotes runs [list] [-H HOST] [--job JOB] [--state STATE] [--limit N | --all]
       remotes runs show RUN
       remotes runs stop RUN…

RUN is an id, or "last" for the newest one that was handed to a host.

  list            what hosts carried out, newest first. What still waits is listed with --state queued
  show            one run: how it ended, and what it was handed
  stop            ends a run, or cancels it where it was not handed out yet

  -H, --host HOST  on this host
  --job JOB        of this job ("last": the newest one)
  --state STATE    queued, delivered, running, succeeded, failed, timed_out, stopped, interrupted, cancelled, expired, refused
  --limit N        how many (50); --all for all of them
  --json, -o wide|csv  other forms

Example:
  remotes runs -H web1 --state failed`,
  actions: {
    list: {
      options: {
        host: { type: 'string', short: 'H', stands: 'HOST' },
        job: { type: 'string' },
        state: { type: 'string' },
        ...historyOptions,
      },
      run: list,
    },
    show: { takes: ['RUN'], run: show },
    stop: { takes: ['RUN…'], run: stop },
  },
};

async function list(given: Given): Promise<number> {
  const api = connect(given);
  const [host, job] = [readText(given, 'host'), readText(given, 'job')];
  const state = readChoice(given, 'state', RunState.enum);
  const query = {
    ...(host !== undefined && { host: (await findHost(api, host)).id }),
    ...(job !== undefined && { job: await findJob(api, job) }),
    ...(state && { state }),
  };
  await showList(given.format, runColumns, itemsOf(api, runsRoutes.runs_list, { query }, readLimit(given)));
  return exitStatus.done;
}

async function show(given: Given): Promise<number> {
  const api = connect(given);
  const id = await findRun(api, given.words[0] ?? '');
  const { answer } = await api.ask(runsRoutes.runs_show, { params: { id } });
  await showDetails(given.format, answer, [
    ...runColumns,
    { title: 'Interpreter', of: ({ interpreter }) => interpreter },
    { title: 'Revision', of: ({ command }) => command.revision },
    { title: 'Started', isWhole: true, of: ({ started_at: at }) => momentCell(at) },
    { title: 'Settings', of: ({ inputs }) => namesAndValues(inputs.settings) },
    { title: 'Variables', of: ({ inputs }) => namesAndValues(inputs.variables) },
    { title: 'Masked', of: ({ is_masked: isMasked }) => (isMasked ? 'values of secret settings' : '') },
    { title: 'Signed', of: ({ signed }) => (signed === null ? '' : 'by the host') },
    { title: 'Result', of: ({ result }) => result },
  ]);
  return exitStatus.done;
}

async function stop(given: Given): Promise<number> {
  const api = connect(given);
  const words = {
    asked: 'is asked to end',
    asked_before: 'had been asked to end before',
    cancelled: 'was cancelled',
  } as const;
  for (const word of given.words) {
    const id = await findRun(api, word);
    const { answer } = await api.ask(runsRoutes.runs_stop, { params: { id } });
    await write(`Run ${id} on ${visibleLine(answer.run.host.name)} ${words[answer.done]}.\n`);
  }
  return exitStatus.done;
}

function namesAndValues(inputs: Readonly<Record<string, string | { secret: true } | null>>): string {
  return Object.entries(inputs)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : value === null ? '' : '(secret)'}`)
    .join('\n');
}
