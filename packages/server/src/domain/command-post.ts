import { openFernet } from '@remotes/protocol/crypto/fernet';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { CommandPostAnswer } from '@remotes/protocol/requests/command-post';
import { refusalOnV1 } from './caller.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import type { Run, Tables } from './ports.ts';
import { readResult, readWithoutResult } from './result-reading.ts';
import { type Ending, readEnding } from './run-ending.ts';
import { mayMove } from './run-moves.ts';
import { prepareReport, type Report, type Said, settleRun } from './run-report.ts';

/** Whether this host has been given this command at all; asked before the body is read. */
export async function checkRunOfHost(
  mind: Mind,
  host: KnownHost,
  wireNumber: number,
): Promise<Refusal | undefined> {
  const run = await mind.storage.tables.runs.ofHost(host.id, wireNumber);
  return run ? undefined : refuse('not_this_hosts_command');
}

/** Stores what became of a command. Answered only after the commit. */
export async function postCommand(
  mind: Mind,
  host: KnownHost,
  wireNumber: number,
  fields: Readonly<Record<string, unknown>>,
): Promise<CommandPostAnswer | Refusal> {
  const { output, result } = fields;
  if (typeof output !== 'string') return refuse('missing_output');
  if (typeof result !== 'string') return refuse('missing_result');
  const outputBytes = openFernet(host.uuidKey, output);
  if (!outputBytes) return refuse('invalid_output');
  const resultBytes = openFernet(host.uuidKey, result);
  if (!resultBytes) return refuse('invalid_result');
  const said = readPost(outputBytes, resultBytes, readEnding(host.uuidKey, fields.ending));
  const stored = await mind.storage.decide('finishRun', {
    hostId: host.id,
    wireNumber,
    now: mind.clock(),
    ...(await prepareReport(mind, said)),
  });
  if (isRefusal(stored)) return stored;
  return { status: 'OK', results: { id: stored.number } };
}

function readPost(stdout: Buffer, resultBytes: Buffer, ending: Ending | undefined): Said {
  const reading = (ending?.isWithoutResult ? readWithoutResult : readResult)(resultBytes.toString('utf8'));
  // Without a list there is no success, whatever the client calls it, unless it says that nothing was returned.
  const state = reading.ending === 'succeeded' ? 'succeeded' : failureOf(ending);
  return {
    state,
    reason: state === 'interrupted' ? 'host_says' : null,
    exitCode: ending?.exitCode ?? null,
    signal: ending?.signal ?? null,
    startedAt: null,
    stdout: [stdout],
    stderr: [Buffer.from(reading.stderr)],
    cutBytes: 0,
    text: reading.text,
    items: reading.items,
  };
}

function failureOf(ending: Ending | undefined): Said['state'] {
  return ending === undefined || ending.state === 'succeeded' ? 'failed' : ending.state;
}

/** Decides what a report does: the first ends the run, a late one settles it, any further one changes nothing. */
export async function decideReport(
  tables: Tables,
  { hostId, wireNumber, now, ...report }: Report & { hostId: number; wireNumber: number; now: number },
): Promise<{ number: number } | Refusal> {
  const host = await tables.hosts.byId(hostId);
  // It may have proved its key since the door looked.
  const closed = host && refusalOnV1(host);
  if (closed) return closed;
  const run = await tables.runs.ofHost(hostId, wireNumber);
  if (!run) return refuse('not_this_hosts_command');
  // On v1 nothing is signed: of a run that waits to be given nobody can say how it ended.
  const isGiven = run.state !== 'queued';
  if (isGiven && maySettle(run, report)) await settleRun(tables, run, report, now);
  return { number: run.number };
}

/** A host that comes back and says that its run was interrupted tells more than its silence did. */
function maySettle(run: Run, report: Report): boolean {
  const isFirstWord = run.reason === 'no_report' && report.state === 'interrupted';
  return mayMove(run.state, report.state) || (run.state === 'interrupted' && isFirstWord);
}
