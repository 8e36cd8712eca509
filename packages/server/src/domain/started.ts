import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Started } from '@remotes/protocol/messages/started';
import type { Speaker } from './host-messages.ts';
import type { Tables } from './ports.ts';
import { findReported, type Reported, refusalAbout } from './reported-run.ts';
import { isOvertakenOf, type RequestOrder } from './request-order.ts';
import { hasEnded, mayMove } from './run-moves.ts';
import { readExecutedRevision } from './run-report.ts';
import { stopsOfHost } from './run-stop.ts';

/** Notes that a program runs, still or by now; answers which of its host's runs are to end. */
export async function noteStarted(
  { mind, host, order }: Speaker,
  message: Started,
): Promise<readonly ServerMessage[] | Refusal> {
  const { run, attempt } = message;
  const noted = await mind.storage.decide('noteStarted', {
    hostId: host.id,
    order,
    runId: run,
    attempt,
    startedAt: message.started_at_ms,
    graceMs: mind.limits.graceSeconds * 1000,
    now: mind.clock(),
  });
  if (isRefusal(noted) && noted.refused === 'session_ended') return noted;
  const stops = await stopsOfHost(mind.storage.tables, host.id);
  if (isRefusal(noted)) return [refusalAbout(message, noted), ...stops];
  const isTold = stops.some((stop) => stop.run === run);
  // One that was given up is not among the unfinished.
  return noted.mustStop && !isTold ? [{ type: 'stop', run, attempt }, ...stops] : stops;
}

export type StartNote = Reported & { order: RequestOrder; startedAt: number; graceMs: number; now: number };

/** A sign of life gives the run its time anew. One that was given up stays so until its end is reported. */
export async function decideStart(
  tables: Tables,
  { order, startedAt, graceMs, now, ...reported }: StartNote,
): Promise<{ mustStop: boolean } | Refusal> {
  // A sign of life that was held back is none.
  if (await isOvertakenOf(tables, reported.hostId, order)) return refuse('session_ended');
  const found = await findReported(tables, reported);
  if (isRefusal(found)) return found;
  const { run, isOlder } = found;
  if (isOlder) return { mustStop: false };
  if (run.state === 'queued' || hasEnded(run.state)) return refuse('report_illegal');
  if (mayMove(run.state, 'running')) await tables.runs.change(run.number, { state: 'running', startedAt });
  const executed = run.state === 'interrupted' ? undefined : await readExecutedRevision(tables, run);
  if (executed) await tables.runs.setDeadline(run, now + executed.timeoutSeconds * 1000 + graceMs);
  return { mustStop: run.stopAskedAt !== null };
}
