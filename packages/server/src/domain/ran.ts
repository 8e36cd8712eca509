import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { PastRun, Ran } from '@remotes/protocol/messages/ran';
import { refusalOfHost } from './caller.ts';
import { type CommandDefinition, currentDefinitions, type Definitions } from './definitions.ts';
import type { Speaker } from './host-messages.ts';
import { countMove, steadyRun } from './jobs/job-slots.ts';
import type { Run, Tables } from './ports.ts';
import { isOvertaken, type RequestOrder } from './request-order.ts';
import { storableText } from './result-reading.ts';
import { hasEnded } from './run-moves.ts';
import { holdGroup } from './run-report.ts';
import { queueAgain } from './run-requeue.ts';

/** More than any host has run; so many rows one host can make of its own word. */
const mostTold = 100_000;

/** Writes down what a host ran that this database, restored from a backup, does not know. */
export async function recallRuns(
  { mind, host, order }: Speaker,
  { runs, is_last: isLast }: Ran,
): Promise<readonly ServerMessage[] | Refusal> {
  const { tables } = mind.storage;
  const { storeId } = await tables.server.read();
  // Looked at first, so that a host whose past nobody wants makes nobody write.
  if ((await tables.hosts.byId(host.id))?.toldStoreId === storeId) return [{ type: 'recalled', learnt: 0 }];
  const recalled = await mind.storage.decide('recallRuns', {
    hostId: host.id,
    order,
    runs,
    isLast,
    now: mind.clock(),
  });
  if (isRefusal(recalled)) return recalled;
  return [{ type: 'recalled', learnt: recalled.learnt }];
}

export type Recollection = {
  hostId: number;
  order: RequestOrder;
  runs: PastRun[];
  isLast: boolean;
  now: number;
};

/** Decides what of a host's past is news. A host that was not asked, or has told it before, changes nothing. */
export async function decideRecollection(
  tables: Tables,
  { hostId, order, runs, isLast, now }: Recollection,
): Promise<{ learnt: number } | Refusal> {
  const host = await tables.hosts.byId(hostId);
  const refusal = host ? refusalOfHost(host) : refuse('permission_denied');
  if (!host || refusal) return refusal ?? refuse('permission_denied');
  if (isOvertaken(host, order)) return refuse('session_ended');
  const definitions = await currentDefinitions(tables);
  if (host.toldStoreId === definitions.storeId) return { learnt: 0 };
  if (runs.length > 0 && (await tables.runs.countRecalled(hostId)) + runs.length > mostTold) {
    return refuse('past_too_long');
  }
  const jobs = new Map([...definitions.work.values()].map((command) => [command.jobId, command]));
  const highestNumber = await tables.commands.highestWireNumber();
  let learnt = 0;
  for (const past of runs) {
    const stored = await tables.runs.byId(past.run);
    const known = stored && (await steadyRun(tables, stored));
    if (!known) {
      const told = { hostId, past, command: jobs.get(past.job), highestNumber, now };
      learnt += Number(await writeDown(tables, definitions, told));
    } else if (known.hostId === hostId) await settleByPast(tables, known, past, now);
  }
  if (isLast) {
    await tables.hosts.change(hostId, { toldStoreId: definitions.storeId });
    // A journal that greeted and then told everything has never had what is left; without a hello nobody knows.
    if (host.journalId !== null) await queueUntold(tables, hostId, now);
  }
  return { learnt };
}

async function queueUntold(tables: Tables, hostId: number, now: number): Promise<void> {
  for (const run of await tables.runs.unfinishedOfHost(hostId)) {
    if (run.state === 'delivered') await queueAgain(tables, run, now);
  }
}

type Told = {
  hostId: number;
  past: PastRun;
  /** That of the job, whichever number the host gives it. */
  command: CommandDefinition | undefined;
  /** The highest wire number that was ever given. */
  highestNumber: number;
  now: number;
};

/** False where its number stands for something else here, which keeps it, or for nothing that was ever given. */
async function writeDown(
  tables: Tables,
  definitions: Definitions,
  { hostId, past, command, highestNumber, now }: Told,
): Promise<boolean> {
  const wireNumber = command?.id ?? past.wire_number;
  if (!command && (definitions.work.has(wireNumber) || wireNumber > highestNumber)) return false;
  const own = await tables.runs.ofHost(hostId, wireNumber);
  if (own) {
    // A job that ran here is not to run again under another name.
    if (own.jobId === past.job) await settleByPast(tables, own, { ...past, attempt: own.attempt }, now);
    return false;
  }
  // Whom an ad-hoc job is for was settled when it was made.
  if (command?.job || (!command && (await tables.jobs.byWireNumber(wireNumber)))) return false;
  const number = await tables.runs.add({
    id: past.run,
    jobId: past.job,
    hostId,
    wireNumber,
    commandName: storableText(past.name),
    revision: past.revision,
    attempt: past.attempt,
    state: past.state,
    inputs: '{}',
    interpreter: command?.interpreter ?? 'python',
    deliveredAt: null,
  });
  await tables.runs.change(number, endOf(past, now));
  await tables.pending.remove(hostId, wireNumber);
  if (command?.stopOnFailure && past.state !== 'succeeded') {
    await tables.runs.hold(hostId, command.commandsGroupId, number);
  }
  return true;
}

/** A run that was under way when the backup was made. */
async function settleByPast(tables: Tables, known: Run, past: PastRun, now: number): Promise<void> {
  if (hasEnded(known.state) || past.attempt < known.attempt) return;
  await countMove(tables, known, past.state, now);
  await tables.runs.change(known.number, {
    state: past.state,
    attempt: past.attempt,
    ...endOf(past, now),
  });
  await tables.runs.clearDeadline(known.number);
  await tables.pending.remove(known.hostId, known.wireNumber);
  if (past.state === 'succeeded') await tables.runs.release(known.number);
  else if (known.state === 'queued') await holdGroup(tables, known);
}

function endOf(past: PastRun, now: number) {
  return { reason: 'recalled', exitCode: past.exit_code, finishedAt: past.finished_at_ms ?? now };
}
