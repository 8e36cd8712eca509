import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import { capability, type ServerMessage } from '@remotes/protocol/messages';
import type { Hello, Welcome } from '@remotes/protocol/messages/hello';
import { refusalOfHost } from './caller.ts';
import { besideLimit } from './channel-slots.ts';
import { claimLimit } from './claim.ts';
import { currentDefinitions } from './definitions.ts';
import type { Speaker } from './host-messages.ts';
import { countMove } from './jobs/job-slots.ts';
import type { Mind } from './mind.ts';
import type { Host, Run, Tables } from './ports.ts';
import { afterRequest, isOvertaken, type RequestOrder } from './request-order.ts';
import { storableText } from './result-reading.ts';
import { offerAgain } from './run-overdue.ts';
import { queueAgain } from './run-requeue.ts';

/** How long a host may let its program run without a sign of life. */
const heartbeatSeconds = 15;
/** The same on the live channel, where the server calls whoever is silent. */
export const liveHeartbeatSeconds = 30;

/** Of a request, what is left for its head and for the messages themselves. */
const reservedBytes = 64 * 1024;
const leastReportBytes = 64 * 1024;

/** Greets a worker: learns what its journal holds, and says what it may ask for. */
export async function greetHost(
  { mind, host, order, isLive }: Speaker,
  message: Hello,
): Promise<readonly ServerMessage[] | Refusal> {
  const { tables } = mind.storage;
  const now = mind.clock();
  const greeted = await mind.storage.decide('greetHost', {
    hostId: host.id,
    order,
    capability: message.capability,
    facts: JSON.stringify(message.facts),
    boot: storableText(message.boot),
    journal: message.journal,
    held: message.held,
    now,
  });
  if (isRefusal(greeted)) return greeted;
  const unknown: string[] = [];
  // A server that was restored knows less than its hosts: nothing is forgotten before they have told it.
  for (const { run } of greeted.wantsPast ? [] : message.held) {
    if ((await tables.runs.byId(run))?.hostId !== host.id) unknown.push(run);
  }
  return [
    {
      type: 'welcome',
      capability,
      time_ms: now,
      claim_limit: claimLimit,
      heartbeat_seconds: isLive ? liveHeartbeatSeconds : heartbeatSeconds,
      report_limit_bytes: Math.max(leastReportBytes, mind.limits.bodyBytes - reservedBytes),
      wants_past: greeted.wantsPast,
      unknown,
      ...(isLive && { beside_limit: besideLimit, streams: streamsOf(mind, host.id, message) }),
    },
  ];
}

/** Of what the host holds, from which chunk on its output is wanted. */
function streamsOf(
  { outputStreams }: Mind,
  hostId: number,
  { held }: Hello,
): NonNullable<Welcome['streams']> {
  return held.flatMap(({ run, attempt }) => {
    const output = outputStreams.find({ run, attempt }, hostId);
    return output ? [{ run, attempt, stdout: output.stdout.next(), stderr: output.stderr.next() }] : [];
  });
}

export type Greeting = {
  hostId: number;
  order: RequestOrder;
  capability: number;
  facts: string;
  boot: string;
  journal: Hello['journal'];
  held: Hello['held'];
  now: number;
};

/** Decides what became of the runs that this host was given, by what it holds of them. */
export async function decideGreeting(
  tables: Tables,
  { hostId, order, capability, facts, boot, journal, held, now }: Greeting,
): Promise<{ wantsPast: boolean } | Refusal> {
  const host = await tables.hosts.byId(hostId);
  const refusal = host ? refusalOfHost(host) : refuse('permission_denied');
  if (!host || refusal) return refusal ?? refuse('permission_denied');
  if (isOvertaken(host, order)) return refuse('session_ended');
  const { storeId } = await currentDefinitions(tables);
  const wantsPast = host.toldStoreId !== storeId;
  await settleUnheld(tables, host, { journal, held, now, wantsPast });
  await tables.hosts.change(hostId, {
    capability,
    facts,
    boot,
    journalId: journal.id,
    ...afterRequest(order),
  });
  return { wantsPast };
}

async function settleUnheld(
  tables: Tables,
  host: Host,
  { journal, held, now, wantsPast }: Pick<Greeting, 'journal' | 'held' | 'now'> & { wantsPast: boolean },
): Promise<void> {
  const attempts = new Map(held.map(({ run, attempt }) => [run, attempt]));
  const isSameJournal = journal.is_intact && journal.id === host.journalId;
  for (const run of await tables.runs.unfinishedOfHost(host.id)) {
    if (attempts.get(run.id) === run.attempt) continue;
    if (run.state !== 'delivered' || !isSameJournal) await giveUp(tables, run, now);
    // Until its past is told, one that is not held may as well have ended long ago; `ran` settles these.
    else if (!wantsPast) await queueAgain(tables, run, now);
  }
}

/** It may have begun, and nobody knows how it ended. */
async function giveUp(tables: Tables, run: Run, now: number): Promise<void> {
  const definitions = await currentDefinitions(tables);
  await tables.runs.clearDeadline(run.number);
  await countMove(tables, run, 'interrupted', now);
  await tables.runs.change(run.number, { state: 'interrupted', reason: 'journal_lost', finishedAt: now });
  await offerAgain(tables, definitions, run);
}
