import type { RunRefusal } from '@remotes/protocol/values/run-refusal';
import { executeProgram } from '../host/execute.ts';
import type { ProgramOrder } from '../host/order.ts';
import type { Outcome } from '../host/outcome.ts';
import { problemOf, type ServerAnswer } from '../network/server-answer.ts';
import { isTrouble, type Trouble, trouble } from '../trouble.ts';
import type { HostSession } from './host-session.ts';
import { isJournalRefusal, type Journal } from './journal.ts';
import { type Delivery, deliver } from './outbox.ts';
import { type GivenCommand, readCommand } from './read-command.ts';
import { textsOf } from './run-texts.ts';

/** What every worker has, by whichever protocol it speaks. */
export type Tools = {
  readonly serverUrl: string;
  readonly journal: Journal;
  readonly pythonPath: string | undefined;
  /** Aborted to begin nothing more. */
  readonly finish: AbortSignal;
  /** Aborted to end the program that runs. */
  readonly stop: AbortSignal;
  readonly say: (sentence: string) => void;
  /** In the place of the machine itself, where hosts are only simulated. */
  readonly execute?: (order: ProgramOrder) => Promise<Outcome>;
};

/** What a worker needs to run commands of one host that v1 gives it. */
export type V1Worker = Tools & {
  readonly session: HostSession;
  /** The outcomes that were not in doubt when they could not be delivered, by journal id. */
  readonly unsent: Set<string>;
};

/** What became of one command. Each part is there as far as it came. */
export type RunReport = {
  readonly commandId: number;
  /** The get answer. */
  readonly answer?: ServerAnswer | undefined;
  readonly command?: GivenCommand;
  /** What has ordered it, where it was ordered with a signature: members to be printed. */
  readonly order?: { readonly run: string; readonly attempt: number; readonly signed_by: string };
  /** Why this host would not execute it. */
  readonly refusal?: { readonly code: RunRefusal; readonly sentence: string };
  readonly outcome?: Outcome;
  readonly delivery?: Delivery;
  /** Why it came no further. */
  readonly sentence?: string;
  readonly trouble?: Trouble;
};

export const graceSeconds = 5;
/** Two texts of this size, sealed, stay below the 16 MiB that a server takes in one request. */
export const outputLimitBytes = 5 * 1024 * 1024;

/**
 * Fetches a command, runs it once, and delivers what became of it. It stays with the server while the journal can't be used.
 * Throws only what is a fault.
 */
export async function runCommand(worker: V1Worker, commandId: number): Promise<RunReport> {
  const { session, journal } = worker;
  if (journal.held().some(({ run }) => isSame(run, session, commandId)))
    return { commandId, sentence: 'it was run before and its result is not stored yet: it is not run again' };
  const refusal = await journal.ready();
  if (refusal !== undefined) {
    const { sentence } = refusal;
    return { commandId, sentence, trouble: trouble('settings', sentence) };
  }
  let answer: ServerAnswer | undefined;
  let command: GivenCommand;
  try {
    answer = await session.get(commandId);
    if (!answer.isOk) return { commandId, answer, sentence: problemOf(answer) };
    command = readCommand(answer, commandId, session.privateKey);
  } catch (error) {
    if (!isTrouble(error)) throw error;
    return { commandId, answer, sentence: error.message, trouble: error };
  }
  return { commandId, answer, command, ...(await runGiven(worker, commandId, command)) };
}

function isSame(
  run: { serverUrl: string; host: string; commandId: number },
  session: HostSession,
  id: number,
) {
  return run.commandId === id && run.host === session.uuid && run.serverUrl === session.serverUrl;
}

async function runGiven(
  { session, journal, unsent, pythonPath, stop, say }: V1Worker,
  commandId: number,
  command: GivenCommand,
): Promise<Pick<RunReport, 'outcome' | 'delivery'>> {
  const { name, ...program } = command;
  const { uuid: host, serverUrl } = session;
  const id = await journal.begin({ serverUrl, host, commandId, name });
  if (isJournalRefusal(id)) {
    // The journal was ready a moment ago. Nothing was started, so it may be reported without having been written down.
    const outcome = notRun(`it was not run: ${id.sentence}`);
    return { outcome, delivery: await deliverOutcome(session, commandId, outcome) };
  }
  const order: ProgramOrder = { ...program, graceSeconds, outputLimitBytes, pythonPath, signal: stop };
  const outcome = await executeProgram(order);
  const refusal = await journal.finish(id, outcome);
  if (refusal !== undefined)
    say(`the result of command ${commandId} is kept in memory only: ${refusal.sentence}`);
  const delivery = await deliverOutcome(session, commandId, outcome);
  if (delivery.state === 'kept') {
    if (!delivery.mayHaveArrived) unsent.add(id);
    return { outcome, delivery };
  }
  const again = await journal.stored(id);
  if (again !== undefined && refusal === undefined) say(again.sentence);
  return { outcome, delivery };
}

function deliverOutcome(session: HostSession, commandId: number, outcome: Outcome): Promise<Delivery> {
  return deliver(session, {
    commandId,
    texts: (isRemotes) => textsOf(outcome, isRemotes),
    mayHaveArrived: false,
  });
}

function notRun(sentence: string): Outcome {
  return {
    ending: 'not_started',
    reason: 'machine_refused',
    sentence,
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
    cutBytes: { stdout: 0, stderr: 0 },
    startedAtMs: Date.now(),
    durationMs: 0,
  };
}
