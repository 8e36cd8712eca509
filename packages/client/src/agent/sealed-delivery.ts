import type { ServerMessage } from '@remotes/protocol/messages';
import { crashPoint } from '../crash-point.ts';
import type { Outgoing } from '../session/sealed-session.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import { greet } from './greeting.ts';
import type { GivenRun } from './journal-record.ts';
import type { Delivery } from './outbox.ts';
import { type Ended, nothingSaid, reportOf, type SaidOutput } from './sealed-report.ts';
import { askWithClaim, type SealedWorker } from './sealed-worker.ts';

export type Report = {
  readonly given: GivenRun;
  readonly ended: Ended;
  /** What of its output was said before, on the live channel. */
  readonly said?: () => SaidOutput;
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
  const { given, ended, said: saidBefore = () => nothingSaid, along = [], signal } = report;
  let mayGoOn = true;
  const compose = () => {
    const { fingerprint, sealed } = worker;
    const { channelKey } = sealed;
    // Never shortened on a word that is not sealed: what is signed once is what the server keeps.
    const limitBytes = worker.standing.reportLimitBytes;
    // What the channel has carried, only the channel goes on from.
    const from = mayGoOn && sealed.isLive() ? saidBefore() : nothingSaid;
    return reportOf(given, ended, { channelKey, fingerprint, limitBytes }, from);
  };
  const sayAll = () => {
    mayGoOn = false;
    return sayOfRun(worker, given, { compose, signal });
  };
  const first = await sayOfRun(worker, given, { compose, along, signal });
  const said = first.answers.some((answer) => isOutputWanted(answer, given.run)) ? await sayAll() : first;
  if (said.delivery.state === 'stored') crashPoint('posted');
  return said;
}

export type SayingOfRun = {
  /** Composed anew when it is said again. */
  readonly compose: () => readonly Outgoing[];
  readonly along?: readonly Outgoing[];
  readonly signal?: AbortSignal | undefined;
};

/** Says something final about a run. A server that was restored meanwhile is told the past first, and then the same again. */
export async function sayOfRun(
  worker: SealedWorker,
  given: Pick<GivenRun, 'run' | 'attempt'>,
  { compose, along = [], signal }: SayingOfRun,
): Promise<SealedDelivery> {
  try {
    let answers = await askWithClaim(worker, compose(), along, signal);
    if (answers.some((answer) => isPastWanted(answer, given.run))) {
      await greet(worker, []);
      answers = await askWithClaim(worker, compose(), [], signal);
    }
    return { delivery: deliveryIn(answers, given), answers };
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return { delivery: keptFor(error), answers: [] };
  }
}

/** Tells what the server says to the report, or the refusal, of this run. */
function deliveryIn(
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
    if (answer.run === undefined || answer.run === run) {
      const isOfHost = answer.run === undefined || hostRefusals.has(answer.code);
      return { state: 'kept', sentence, isOfHost, mayHaveArrived: true };
    }
  }
  const sentence = 'the server says nothing to the report of this run';
  return { state: 'kept', sentence, mayHaveArrived: true };
}

/** Whether the next report would meet with the same; that one is too long says nothing about others. */
export function endsPass(delivery: Delivery | undefined): boolean {
  if (delivery?.isOfHost === true) return true;
  return delivery?.trouble !== undefined && !delivery.trouble.isTooLarge;
}

function isOutputWanted(answer: ServerMessage, run: string): boolean {
  return answer.type === 'refusal' && answer.code === 'output_wanted' && answer.run === run;
}

export function isPastWanted(answer: ServerMessage, run: string): boolean {
  return (
    answer.type === 'refusal' &&
    answer.code === 'past_wanted' &&
    answer.of !== 'claim' &&
    (answer.run ?? run) === run
  );
}

function keptFor(trouble: Trouble): Delivery {
  return { state: 'kept', sentence: trouble.message, trouble, mayHaveArrived: true };
}

const hostRefusals = new Set([
  'permission_denied',
  'invalid_token',
  'host_disabled',
  'host_not_approved',
  'host_unproved',
  'host_not_found',
  'proof_invalid',
  'session_ended',
]);
const finalRefusals = new Set(['not_this_hosts_run', 'report_illegal', 'statement_invalid']);
