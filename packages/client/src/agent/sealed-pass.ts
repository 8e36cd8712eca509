import type { KeyObject } from 'node:crypto';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Claim, GiveRun } from '@remotes/protocol/messages/claim';
import type { MessageRefusal } from '@remotes/protocol/messages/refusal';
import type { Outgoing } from '../session/sealed-session.ts';
import { isTrouble, trouble } from '../trouble.ts';
import { greet } from './greeting.ts';
import { isJournalRefusal, type JournalRefusal } from './journal.ts';
import { type Pass, troubleOf } from './pass.ts';
import type { RunReport } from './run-command.ts';
import { settledLine } from './run-line.ts';
import { endsPass } from './sealed-delivery.ts';
import { type Along, carryOut } from './sealed-run.ts';
import { dropUnknown, settleHeld } from './sealed-settle.ts';
import { askServer, heldHere, isUnrepeated, mustGreet, type SealedWorker } from './sealed-worker.ts';
import type { Settled } from './settle.ts';
import { inV1Shape, refusedList } from './v1-shape.ts';

/**
 * One time round: hello where one is due, what is held is settled, and then what is due is claimed, a batch at a time, and
 * each run of it carried out and reported in its order. What a batch left undone when something went wrong is not held
 * here, which the next hello says: the server gives it again. Throws a trouble when nothing could be claimed.
 */
export async function passSealed(
  worker: SealedWorker,
  onReport: (report: RunReport) => void = () => {},
): Promise<Pass> {
  const { settled, ...opened } = await openPass(worker, claimOf(worker));
  let { answers } = opened;
  const given: GiveRun[] = [];
  const reports: RunReport[] = [];
  try {
    for (;;) {
      if (isJournalRefusal(answers)) {
        const { sentence } = answers;
        const ownTrouble = trouble('settings', sentence);
        return { ...passOf(worker, settled, given, reports), sentence, trouble: ownTrouble };
      }
      const batch = readBatch(worker, answers);
      if ('refusal' in batch) return refusedPass(worker, batch.refusal, { settled, given, reports });
      given.push(...batch.runs);
      const next = await carryOutAll(worker, batch, (report) => {
        reports.push(report);
        onReport(report);
      });
      if (next === undefined) return passOf(worker, settled, given, reports);
      answers = next === 'claim' ? await claimRuns(worker, claimOf(worker), settled) : next;
    }
  } catch (error) {
    // What was carried out is told all the same.
    if (!isTrouble(error) || reports.length === 0) throw error;
    return { ...passOf(worker, settled, given, reports), sentence: error.message, trouble: error };
  }
}

/** Says hello if one is due and settles what is held; nothing is claimed. */
export async function settleSealed(worker: SealedWorker): Promise<Settled[]> {
  const { unknown } = mustGreet(worker) ? await greet(worker, []) : { unknown: [] };
  return [...(await dropUnknown(worker, unknown)), ...(await settleHeld(worker))];
}

/** Claims this command and no other, carries it out and reports it. Throws a trouble when it could not be claimed. */
export async function runSealed(worker: SealedWorker, commandId: number): Promise<RunReport> {
  const { settled, answers } = await openPass(worker, { type: 'claim', limit: 1, wire_number: commandId });
  for (const line of settled.map(settledLine)) if (line !== undefined) worker.say(line);
  if (isJournalRefusal(answers)) {
    const { sentence } = answers;
    return { commandId, sentence, trouble: trouble('settings', sentence) };
  }
  const batch = readBatch(worker, answers);
  if ('refusal' in batch) {
    const { sentence } = batch.refusal;
    return {
      commandId,
      answer: refusedList(batch.refusal, worker.serverUrl),
      sentence: `the server refused: ${sentence}`,
    };
  }
  const [run] = batch.runs;
  if (run === undefined) {
    const answer = inV1Shape({ detail: 'Not found.' }, worker.serverUrl, 404);
    return { commandId, answer, sentence: 'it is not due on this host' };
  }
  return (await carryOut(worker, run, nothingMore)).report;
}

type Answers = readonly ServerMessage[] | JournalRefusal;

/** Hello where one is due, and what is held settled; then the answers to the claim, or a refusal of the journal. */
async function openPass(
  worker: SealedWorker,
  claim: Claim,
): Promise<{ settled: Settled[]; answers: Answers }> {
  const { journal, standing } = worker;
  const settled: Settled[] = [];
  // Nothing is claimed now.
  standing.stopped.clear();
  // What is held is settled first: the journal may have room only then.
  const isFree = heldHere(worker).length === 0 && (await journal.ready()) === undefined;
  if (mustGreet(worker) && !isFree) {
    const { answers, unknown } = await greet(worker, []);
    settled.push(...(await dropUnknown(worker, unknown)));
    if (answers?.some(isRefusal)) return { settled, answers };
  }
  settled.push(...(await settleHeld(worker)));
  return { settled, answers: await claimRuns(worker, claim, settled) };
}

/** The answers to the claim, with a hello before it where one is due: after an answer that may be lost it is. */
async function claimRuns(worker: SealedWorker, claim: Claim, settled: Settled[]): Promise<Answers> {
  for (let tries = 1; ; tries++) {
    const refusal = await worker.journal.ready();
    if (refusal !== undefined) return refusal;
    try {
      if (!mustGreet(worker)) return await askServer(worker, [claim], worker.finish);
      const { answers, unknown } = await greet(worker, [claim]);
      settled.push(...(await dropUnknown(worker, unknown)));
      if (answers !== undefined) return answers;
    } catch (error) {
      if (!isUnrepeated(error) || tries > mostRepetitions) throw error;
    }
  }
}

/** What follows a batch: answers to a claim that went along, a claim that is still to be made, or nothing. */
type Next = readonly ServerMessage[] | 'claim' | undefined;

async function carryOutAll(
  worker: SealedWorker,
  { runs, hasMore, signingKey }: Batch,
  onReport: (report: RunReport) => void,
): Promise<Next> {
  const { standing } = worker;
  const { greeted } = standing;
  let last: readonly ServerMessage[] = [];
  for (const [index, run] of runs.entries()) {
    if (worker.finish.aborted) return undefined;
    // Another hello has said that they are not held here.
    if (standing.greeted !== undefined && standing.greeted !== greeted) return 'claim';
    // Signed with a key that the server has no more: it gives them again under the new one, as they are not held here.
    if (!worker.sealed.server.signingKey.equals(signingKey)) return 'claim';
    const isLast = hasMore && index === runs.length - 1;
    const { report, answers } = await carryOut(worker, run, isLast ? nextClaim(worker) : nothingMore);
    onReport(report);
    if (report.trouble !== undefined || endsPass(report.delivery)) {
      // The next hello says that the others are not held.
      standing.greeted = undefined;
      return undefined;
    }
    last = answers;
  }
  if (!hasMore || runs.length === 0 || worker.finish.aborted) return undefined;
  // Else it could not go along, or was not read.
  return last.some((answer) => answer.type === 'claimed' || isRefusalOf(answer, 'claim')) ? last : 'claim';
}

const nothingMore: Along = async () => [];

function nextClaim(worker: SealedWorker): Along {
  return async (): Promise<Outgoing[]> => {
    if (worker.finish.aborted || mustGreet(worker) || (await worker.journal.ready()) !== undefined) return [];
    return [claimOf(worker)];
  };
}

function claimOf({ standing }: SealedWorker): Claim {
  return { type: 'claim', limit: standing.claimLimit };
}

type Batch = {
  readonly runs: readonly GiveRun[];
  readonly hasMore: boolean;
  /** Whose manifests these are. */
  readonly signingKey: KeyObject;
};

function readBatch(
  { sealed }: SealedWorker,
  answers: readonly ServerMessage[],
): Batch | { readonly refusal: MessageRefusal } {
  const claimed = answers.find((answer) => answer.type === 'claimed');
  if (claimed !== undefined) {
    const runs = answers.filter((answer) => answer.type === 'run');
    return { runs, hasMore: claimed.has_more, signingKey: sealed.server.signingKey };
  }
  const refusal = answers.find(isRefusal);
  if (refusal === undefined) throw trouble('answer', 'the server says nothing to the claim of this host');
  return { refusal };
}

function isRefusal(answer: ServerMessage): answer is MessageRefusal {
  return answer.type === 'refusal';
}

function isRefusalOf(answer: ServerMessage, type: string): boolean {
  return isRefusal(answer) && answer.of === type;
}

/** With what was done before the refusal, if anything was. */
function refusedPass(
  worker: SealedWorker,
  refusal: MessageRefusal,
  { settled, given, reports }: { settled: Settled[]; given: GiveRun[]; reports: RunReport[] },
): Pass {
  const sentence = `the server refused: ${refusal.sentence}`;
  // Its word on what it needs first (`past_wanted`) is heeded by saying hello again.
  worker.standing.greeted = undefined;
  const pass = passOf(worker, settled, given, reports);
  if (reports.length > 0) return { ...pass, sentence, trouble: trouble('answer', sentence) };
  return { ...pass, list: refusedList(refusal, worker.serverUrl), sentence };
}

function passOf(
  { serverUrl }: SealedWorker,
  settled: readonly Settled[],
  given: readonly GiveRun[],
  reports: readonly RunReport[],
): Pass {
  // What was given twice was not begun the first time.
  const runs = [...new Map(given.map((one) => [one.run, one])).values()];
  const results = runs.map(({ group, wire_number: command }) => ({ group, command }));
  const waits = [...reports, ...settled].flatMap(
    ({ delivery }) => delivery?.trouble?.retryAfterSeconds ?? [],
  );
  return {
    settled,
    list: inV1Shape({ status: 'OK', results }, serverUrl),
    reports,
    sentence: troubleOf(settled, reports),
    retryAfterSeconds: waits.length === 0 ? undefined : Math.max(...waits),
  };
}

/** Of a claim whose answer may be lost, each with a hello before it. */
const mostRepetitions = 2;
