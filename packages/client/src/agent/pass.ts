import { problemOf, type ServerAnswer } from '../network/server-answer.ts';
import type { Trouble } from '../trouble.ts';
import { listedCommands } from './listing.ts';
import { type RunReport, runCommand, type V1Worker } from './run-command.ts';
import { type Settled, settle } from './settle.ts';

export type Pass = {
  readonly settled: readonly Settled[];
  readonly list: ServerAnswer;
  readonly reports: readonly RunReport[];
  /** The list was refused, or a command or its report met with trouble. */
  readonly sentence: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** What ended it early, where that is about no command. */
  readonly trouble?: Trouble;
};

/**
 * One time round: what is held is delivered, the list fetched, each command run and reported, in the list's order. One
 * that fails holds up none after it, but a server that can't be reached ends the pass, and so does a journal that can't be
 * used. Throws a trouble when there is no list.
 */
export async function passOnce(
  worker: V1Worker,
  onReport: (report: RunReport) => void = () => {},
): Promise<Pass> {
  const settled = await settle(worker);
  const list = await worker.session.list(worker.finish);
  const reports: RunReport[] = [];
  if (!list.isOk) {
    return { settled, list, reports, sentence: problemOf(list), retryAfterSeconds: list.retryAfterSeconds };
  }
  for (const id of listedCommands(list)) {
    if (worker.finish.aborted) break;
    const report = await runCommand(worker, id);
    reports.push(report);
    onReport(report);
    if (isEnd(report.trouble) || isEnd(report.delivery?.trouble)) break;
  }
  const answers = reports.flatMap(({ answer, delivery }) => [answer, delivery?.answer]);
  const waits = answers.flatMap((answer) => answer?.retryAfterSeconds ?? []);
  return {
    settled,
    list,
    reports,
    sentence: troubleOf(settled, reports),
    retryAfterSeconds: waits.length === 0 ? undefined : Math.max(...waits),
  };
}

/** Trouble that the next command would meet too. */
function isEnd(trouble: Trouble | undefined): boolean {
  return trouble?.code === 'network' || trouble?.code === 'settings';
}

export function troubleOf(settled: readonly Settled[], reports: readonly RunReport[]): string | undefined {
  const ownTrouble = reports.find(({ trouble }) => trouble?.code === 'settings');
  if (ownTrouble !== undefined) return ownTrouble.sentence;
  const unsettled = settled.find(({ delivery }) => delivery.state === 'kept');
  if (unsettled !== undefined)
    return `the result of command ${unsettled.run.run.commandId} is not stored yet: ${unsettled.delivery.sentence}`;
  const failed = reports.find(({ sentence }) => sentence !== undefined);
  if (failed !== undefined) return `command ${failed.commandId}: ${failed.sentence}`;
  const held = reports.find(({ delivery }) => delivery !== undefined && delivery.state !== 'stored');
  if (held === undefined) return undefined;
  return `the result of command ${held.commandId} is not stored: ${held.delivery?.sentence}`;
}
