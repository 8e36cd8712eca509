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
import { type Along, carryOut } from './sealed-run.ts';
import { dropUnknown, settleHeld } from './sealed-settle.ts';
import { askServer, heldHere, mustGreet, type SealedWorker } from './sealed-worker.ts';
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
  const { settled, answers } = await openPass(worker, claimOf(worker));
  if (isJournalRefusal(answers)) {
    const { sentence } = answers;
    return { ...passOf(worker, settled, [], []), sentence, trouble: trouble('settings', sentence) };
  }
  const given: GiveRun[] = [];
  const reports: RunReport[] = [];
  try {
    for (let batch = readBatch(answers); ; ) {
      if ('refusal' in batch) return refusedPass(worker, batch.refusal, { settled, given, reports });
      given.push(...batch.runs);
      const next = await carryOutAll(worker, batch, (report) => {
        reports.push(report);
        onReport(report);
      });
      if (next === undefined) return passOf(worker, settled, given, reports);
      batch = readBatch(next);
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
  const batch = readBatch(answers);
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

/** The answers to the claim; a refusal of the journal when none was made. */
async function openPass(
  worker: SealedWorker,
  claim: Claim,
): Promise<{ settled: Settled[]; answers: readonly ServerMessage[] | JournalRefusal }> {
  const { journal, finish } = worker;
  const settled: Settled[] = [];
  if (mustGreet(worker)) {
    // What is held is settled first: the journal may have room only then.
    const isFree = heldHere(worker).length === 0 && (await journal.ready()) === undefined;
    const greeting = await greet(worker, isFree ? [claim] : []);
    settled.push(...(await dropUnknown(worker, greeting.unknown)));
    if (greeting.answers?.some(({ type }) => type === 'claimed' || type === 'refusal'))
      return { settled, answers: greeting.answers };
  }
  settled.push(...(await settleHeld(worker)));
  const refusal = await journal.ready();
  return { settled, answers: refusal ?? (await askServer(worker, [claim], finish)) };
}

type Batch = { readonly runs: readonly GiveRun[]; readonly hasMore: boolean };

/** The answers to the next claim; undefined when there is nothing more to claim, or when something went wrong. */
async function carryOutAll(
  worker: SealedWorker,
  { runs, hasMore }: Batch,
  onReport: (report: RunReport) => void,
): Promise<readonly ServerMessage[] | undefined> {
  let last: readonly ServerMessage[] = [];
  for (const [index, run] of runs.entries()) {
    if (worker.finish.aborted) return undefined;
    const isLast = hasMore && index === runs.length - 1;
    const { report, answers } = await carryOut(worker, run, isLast ? nextClaim(worker) : nothingMore);
    onReport(report);
    if (report.trouble !== undefined || report.delivery?.trouble !== undefined) return undefined;
    last = answers;
  }
  if (!hasMore || runs.length === 0 || worker.finish.aborted) return undefined;
  if (last.some((answer) => answer.type === 'claimed' || isRefusalOf(answer, 'claim'))) return last;
  // It could not go along, or was not read.
  if ((await worker.journal.ready()) !== undefined) return undefined;
  return askServer(worker, [claimOf(worker)], worker.finish);
}

const nothingMore: Along = async () => [];

function nextClaim(worker: SealedWorker): Along {
  return async (): Promise<Outgoing[]> => {
    if (worker.finish.aborted || (await worker.journal.ready()) !== undefined) return [];
    return [claimOf(worker)];
  };
}

function claimOf({ standing }: SealedWorker): Claim {
  return { type: 'claim', limit: standing.claimLimit };
}

function readBatch(answers: readonly ServerMessage[]): Batch | { readonly refusal: MessageRefusal } {
  const claimed = answers.find((answer) => answer.type === 'claimed');
  if (claimed !== undefined) {
    const runs = answers.filter((answer) => answer.type === 'run');
    return { runs, hasMore: claimed.has_more };
  }
  const refusal = answers.find((answer) => answer.type === 'refusal');
  if (refusal === undefined) throw trouble('answer', 'the server says nothing to the claim of this host');
  return { refusal };
}

function isRefusalOf(answer: ServerMessage, type: string): boolean {
  return answer.type === 'refusal' && answer.of === type;
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
  const results = given.map(({ group, wire_number: command }) => ({ group, command }));
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
