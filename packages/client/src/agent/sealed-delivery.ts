import type { ServerMessage } from '@remotes/protocol/messages';
import { crashPoint } from '../crash-point.ts';
import type { Outgoing } from '../session/sealed-session.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import type { GivenRun } from './journal-record.ts';
import type { Delivery } from './outbox.ts';
import { type Ended, reportBytes, reportOf } from './sealed-report.ts';
import { askWithClaim, type SealedWorker } from './sealed-worker.ts';

export type Report = {
  readonly given: GivenRun;
  readonly ended: Ended;
  /** A claim in the same request, after the report. */
  readonly along?: readonly Outgoing[];
  /** Aborted to leave it for later. */
  readonly signal?: AbortSignal;
};

export type SealedDelivery = {
  readonly delivery: Delivery;
  /** To the report and to what went along. */
  readonly answers: readonly ServerMessage[];
};

/** Reports how a run ended, and finds out whether the server has stored it. A report may be said any number of times. */
export async function deliverSealed(worker: SealedWorker, report: Report): Promise<SealedDelivery> {
  const { given, ended, along = [], signal } = report;
  try {
    const answers = await askFitting(worker, (limitBytes) => {
      const { channelKey } = worker.sealed;
      return askWithClaim(worker, reportOf(given, ended, { channelKey, limitBytes }), along, signal);
    });
    const delivery = deliveryIn(answers, given);
    if (delivery.state === 'stored') crashPoint('posted');
    return { delivery, answers };
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return { delivery: keptFor(error), answers: [] };
  }
}

/** Tells what the server says to the report, or the refusal, of this run. */
export function deliveryIn(
  answers: readonly ServerMessage[],
  { run, attempt }: Pick<GivenRun, 'run' | 'attempt'>,
): Delivery {
  for (const answer of answers) {
    if (answer.type === 'stored' && answer.run === run && answer.attempt === attempt)
      return { state: 'stored', mayHaveArrived: true };
    if (answer.type !== 'refusal' || answer.of === 'claim') continue;
    const sentence = `the server refused: ${answer.sentence}`;
    // It will not be wanted later either: this host has said what it had to say.
    if (answer.run === run && finalRefusals.has(answer.code))
      return { state: 'unwanted', sentence, mayHaveArrived: true };
    if (answer.run === undefined || answer.run === run)
      return { state: 'kept', sentence, mayHaveArrived: true };
  }
  const sentence = 'the server says nothing to the report of this run';
  return { state: 'kept', sentence, mayHaveArrived: true };
}

export function keptFor(trouble: Trouble): Delivery {
  return { state: 'kept', sentence: trouble.message, trouble, mayHaveArrived: true };
}

/** A server may take less in one request than is usual. */
async function askFitting(
  { say }: SealedWorker,
  ask: (limitBytes: number) => Promise<ServerMessage[]>,
): Promise<ServerMessage[]> {
  for (let limitBytes = reportBytes; ; limitBytes /= 4) {
    try {
      return await ask(limitBytes);
    } catch (error) {
      if (!isTrouble(error) || !error.isTooLarge || limitBytes < smallestBytes) throw error;
      say('the server takes no report of that length: more of its output is left out');
    }
  }
}

const finalRefusals = new Set(['not_this_hosts_run', 'report_illegal', 'statement_invalid']);
const smallestBytes = 4096;
