import type { ServerMessage } from '@remotes/protocol/messages';
import { crashPoint } from '../crash-point.ts';
import type { Outgoing } from '../session/sealed-session.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import type { GivenRun } from './journal-record.ts';
import type { Delivery } from './outbox.ts';
import { type Ended, reportOf } from './sealed-report.ts';
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
    const { channelKey } = worker.sealed;
    // Never shortened on a word that is not sealed: what is signed once is what the server keeps.
    const limitBytes = worker.standing.reportLimitBytes;
    const messages = reportOf(given, ended, { channelKey, limitBytes });
    const answers = await askWithClaim(worker, messages, along, signal);
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

/** Trouble that the next report would meet too; that one is too long says nothing about others. */
export function endsPass(delivery: Delivery | undefined): boolean {
  return delivery?.trouble !== undefined && !delivery.trouble.isTooLarge;
}

export function keptFor(trouble: Trouble): Delivery {
  return { state: 'kept', sentence: trouble.message, trouble, mayHaveArrived: true };
}

const finalRefusals = new Set(['not_this_hosts_run', 'report_illegal', 'statement_invalid']);
