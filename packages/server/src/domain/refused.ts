import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Refused } from '@remotes/protocol/messages/refused';
import type { Speaker } from './host-messages.ts';
import type { Tables } from './ports.ts';
import { findReported, type Reported, refusalAbout } from './reported-run.ts';
import { mayMove } from './run-moves.ts';
import { stopsOfHost } from './run-stop.ts';

/** Stores that a host did not begin a run. */
export async function storeRefused(
  { mind, host }: Speaker,
  message: Refused,
): Promise<readonly ServerMessage[]> {
  const { run, attempt, code } = message;
  const request = { hostId: host.id, runId: run, attempt, code, now: mind.clock() };
  const refusal = await mind.storage.decide('refuseRun', request);
  const answer = refusal ? refusalAbout(message, refusal) : ({ type: 'stored', run, attempt } as const);
  return [answer, ...(await stopsOfHost(mind.storage.tables, host.id))];
}

export type RefusalReport = Reported & { code: Refused['code']; now: number };

export async function decideRefused(
  tables: Tables,
  { code, now, ...reported }: RefusalReport,
): Promise<Refusal | null> {
  const found = await findReported(tables, reported);
  if (isRefusal(found)) return found;
  const { run, isOlder } = found;
  if (isOlder || run.state === 'refused') return null;
  if (!mayMove(run.state, 'refused')) return refuse('report_illegal');
  await tables.runs.change(run.number, { state: 'refused', reason: code, finishedAt: now });
  await tables.runs.clearDeadline(run.number);
  await tables.pending.remove(run.hostId, run.wireNumber);
  return null;
}
