import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { PastRun, Ran } from '@remotes/protocol/messages/ran';
import { refusalOfHost } from './caller.ts';
import { currentDefinitions, type Definitions } from './definitions.ts';
import type { Speaker } from './host-messages.ts';
import type { Run, Tables } from './ports.ts';
import { isOvertaken, type RequestOrder } from './request-order.ts';
import { storableText } from './result-reading.ts';
import { hasEnded } from './run-moves.ts';
import { queueAgain } from './run-requeue.ts';

/** No number beyond this is believed, so that no host can use up those that are left. */
const highestBelieved = 2 ** 31 - 1;

/** Writes down what a host ran that this database, restored from a backup, does not know. */
export async function recallRuns(
  { mind, host, order }: Speaker,
  { runs, is_last: isLast }: Ran,
): Promise<readonly ServerMessage[] | Refusal> {
  const { tables } = mind.storage;
  const numbers = runs.map((run) => run.wire_number).filter((number) => number <= highestBelieved);
  const highest = Math.max(0, ...numbers);
  // Before anything else can be given a number that a host knows as something else.
  if (highest > (await tables.commands.highestWireNumber())) {
    await mind.storage.decide('reserveWireNumbers', { highest });
  }
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

export async function reserveWireNumbers(tables: Tables, { highest }: { highest: number }): Promise<void> {
  if (highest > (await tables.commands.highestWireNumber())) {
    await tables.commands.reserveWireNumbers(highest);
  }
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
  let learnt = 0;
  for (const past of runs) {
    const known = await tables.runs.byId(past.run);
    if (!known) learnt += Number(await writeDown(tables, definitions, { hostId, past, now }));
    else if (known.hostId === hostId) await settleByPast(tables, known, past, now);
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

type Told = { hostId: number; past: PastRun; now: number };

/** False where its number stands for something else here, which keeps it. */
async function writeDown(
  tables: Tables,
  definitions: Definitions,
  { hostId, past, now }: Told,
): Promise<boolean> {
  const wireNumber = past.wire_number;
  const command = definitions.commands.get(wireNumber);
  if (command && command.jobId !== past.job) return false;
  if (wireNumber > highestBelieved) return false;
  const own = await tables.runs.ofHost(hostId, wireNumber);
  if (own) {
    // A job that ran here is not to run again under another name.
    if (own.jobId === past.job) await settleByPast(tables, own, { ...past, attempt: own.attempt }, now);
    return false;
  }
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
  await tables.runs.change(known.number, {
    state: past.state,
    attempt: past.attempt,
    ...endOf(past, now),
  });
  await tables.runs.clearDeadline(known.number);
  await tables.pending.remove(known.hostId, known.wireNumber);
  if (past.state === 'succeeded') await tables.runs.release(known.number);
}

function endOf(past: PastRun, now: number) {
  return { reason: 'recalled', exitCode: past.exit_code, finishedAt: past.finished_at_ms ?? now };
}
