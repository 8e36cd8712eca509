import { crashPoint } from '../crash-point.ts';
import { problemOf, type ServerAnswer } from '../network/server-answer.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import type { HostSession } from './host-session.ts';
import { listedCommands } from './listing.ts';
import type { RunTexts } from './run-texts.ts';
import { shorterTexts } from './shorten-texts.ts';

export type Report = {
  readonly commandId: number;
  /** What to post, to a Remotes server or to one of v1. */
  readonly texts: (isRemotes: boolean) => RunTexts;
  /** Whether it may have reached the server before. */
  readonly mayHaveArrived: boolean;
  /** Aborted to leave it for later. */
  readonly signal?: AbortSignal;
};

/** What became of a report. `answer` is what the post was answered, if it was. */
export type Delivery = {
  readonly state: 'stored' | 'kept' | 'unwanted';
  readonly answer?: ServerAnswer | undefined;
  /** Why it is not stored yet, or never will be. */
  readonly sentence?: string;
  readonly trouble?: Trouble;
  /** It was refused for who this host is, and not for what was said. */
  readonly isOfHost?: boolean;
  readonly mayHaveArrived: boolean;
};

/**
 * Posts what became of a run, and finds out whether the server has stored it. A v1 server answers 500 to what is no
 * list and stores it all the same, and stores twice what is posted twice: there the list tells, as a command that is stored
 * is no longer named. A Remotes server stores once whatever arrives twice, so there it is posted again.
 */
export async function deliver(session: HostSession, report: Report): Promise<Delivery> {
  const first = report.mayHaveArrived ? await deliverAgain(session, report) : await post(session, report);
  if (!('isUnclear' in first)) return first;
  const second = await deliverAgain(session, { ...report, mayHaveArrived: true });
  return 'isUnclear' in second ? second.otherwise : second;
}

/** Nobody knows whether it arrived; `otherwise` is what to say if that can't be found out now. */
type Unclear = { readonly isUnclear: true; readonly otherwise: Delivery };

async function deliverAgain(session: HostSession, report: Report): Promise<Delivery | Unclear> {
  let list: ServerAnswer;
  let isListed: boolean;
  try {
    list = await session.list(report.signal);
    if (!list.isOk) return kept(true, list);
    isListed = listedCommands(list).includes(report.commandId);
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return keptFor(error, true);
  }
  if (!isListed && !list.isRemotes) return { state: 'stored', mayHaveArrived: true };
  const delivery = await post(session, report);
  if (!isListed || !('state' in delivery) || delivery.state !== 'unwanted') return delivery;
  // Named, but never fetched: the server has been set back to an earlier day. Fetched, it can be reported.
  const fetched = await session.get(report.commandId).catch(onlyTrouble);
  return isTrouble(fetched) ? keptFor(fetched, false) : post(session, report);
}

async function post(session: HostSession, report: Report): Promise<Delivery | Unclear> {
  const texts = report.texts(session.isRemotes());
  const send = (cut: RunTexts) => session.post(report.commandId, cut, report.signal);
  let answer: ServerAnswer;
  try {
    answer = await send(texts);
    for (const shorter of answer.status === 413 ? shorterTexts(texts) : []) {
      answer = await send(shorter);
      if (answer.status !== 413) break;
    }
  } catch (error) {
    if (!isTrouble(error)) throw error;
    if (error.isUnsent) return keptFor(error, report.mayHaveArrived);
    return { isUnclear: true, otherwise: keptFor(error, true) };
  }
  if (answer.isOk) {
    crashPoint('posted');
    return { state: 'stored', answer, mayHaveArrived: true };
  }
  if (answer.status === 403 && answer.fields.status === 'ERROR')
    return { state: 'unwanted', answer, sentence: problemOf(answer), mayHaveArrived: true };
  if (answer.status >= 500 || answer.json === undefined)
    return { isUnclear: true, otherwise: kept(true, answer) };
  return kept(report.mayHaveArrived, answer);
}

function onlyTrouble(error: unknown): Trouble {
  if (isTrouble(error)) return error;
  throw error;
}

function kept(mayHaveArrived: boolean, answer: ServerAnswer): Delivery {
  return { state: 'kept', answer, sentence: problemOf(answer), mayHaveArrived };
}

function keptFor(trouble: Trouble, mayHaveArrived: boolean): Delivery {
  return { state: 'kept', sentence: trouble.message, trouble, mayHaveArrived };
}
