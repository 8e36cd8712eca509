import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Refused } from '@remotes/protocol/messages/refused';
import type { Speaker } from './host-messages.ts';
import { countMove } from './jobs/job-slots.ts';
import { outcomeHash } from './jobs/outcome-hash.ts';
import type { Tables } from './ports.ts';
import { findReported, type Reported, refusalAbout } from './reported-run.ts';
import { isOvertakenOf, type RequestOrder } from './request-order.ts';
import { mayMove } from './run-moves.ts';
import { holdGroup } from './run-report.ts';
import { stopsOfHost } from './run-stop.ts';

/** Stores that a host did not begin a run. */
export async function storeRefused(
  { mind, host, order }: Speaker,
  message: Refused,
): Promise<readonly ServerMessage[] | Refusal> {
  const { run, attempt, code } = message;
  const request = { hostId: host.id, order, runId: run, attempt, code, now: mind.clock() };
  const refusal = await mind.storage.decide('refuseRun', request);
  if (refusal?.refused === 'session_ended') return refusal;
  const answer = refusal ? refusalAbout(message, refusal) : ({ type: 'stored', run, attempt } as const);
  return [answer, ...(await stopsOfHost(mind.storage.tables, host.id))];
}

export type RefusalReport = Reported & { order: RequestOrder; code: Refused['code']; now: number };

export async function decideRefused(
  tables: Tables,
  { order, code, now, ...reported }: RefusalReport,
): Promise<Refusal | null> {
  // Nobody signed it: one that was held back may be about a run that was given again under the same attempt.
  if (await isOvertakenOf(tables, reported.hostId, order)) return refuse('session_ended');
  const found = await findReported(tables, reported);
  if (isRefusal(found)) return found;
  const { run, isOlder } = found;
  if (isOlder || run.state === 'refused') return null;
  if (!mayMove(run.state, 'refused')) return refuse('report_illegal');
  await countMove(tables, run, 'refused', now);
  const outcome = outcomeHash({
    state: 'refused',
    reason: code,
    exitCode: null,
    signal: null,
    result: null,
    outputs: {},
  });
  await tables.runs.change(run.number, { state: 'refused', reason: code, finishedAt: now, outcome });
  await tables.runs.clearDeadline(run.number);
  await tables.pending.remove(run.hostId, run.wireNumber);
  if (run.state === 'queued') await holdGroup(tables, run);
  return null;
}
