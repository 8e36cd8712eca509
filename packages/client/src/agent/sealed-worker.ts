import type { ServerMessage } from '@remotes/protocol/messages';
import type { Outgoing, SealedSession } from '../session/sealed-session.ts';
import { isTrouble } from '../trouble.ts';
import type { HeldRun, Journal } from './journal.ts';
import type { GivenRun, JournalRun } from './journal-record.ts';
import type { Tools } from './run-command.ts';
import { usualReportBytes } from './sealed-report.ts';

/** What a worker needs to run commands of a host that has pinned its server. */
export type SealedWorker = Tools & {
  readonly sealed: SealedSession;
  /** The uuid of the pinned server. */
  readonly serverId: string;
  /** The host's uuid. */
  readonly host: string;
  /** Of the host's RSA key. */
  readonly fingerprint: string;
  readonly standing: Standing;
};

/** How this worker stands with the server. It changes as they speak. */
export type Standing = {
  /** What the last hello was said in: handshakes counted until then, and the journal. */
  greeted: { handshakes: number; journal: Journal } | undefined;
  /** As the last welcome granted them; before it so many are asked for, and no more given than are granted. */
  claimLimit: number;
  heartbeatSeconds: number;
  reportLimitBytes: number;
  /** So many ad-hoc runs may be executed at once where they come by themselves. */
  besideLimit: number;
  /** Attempts of runs that an operator wants ended, as any answer may say. */
  readonly stopped: Set<string>;
  /** Attempts that this process carries out now: from before they begin until their report was said. */
  readonly running: Map<string, Running>;
};

type Running = {
  /** Resolved once the journal holds it, or never will. */
  readonly decided: Promise<void>;
  /** Ends the program, as an operator wants it. */
  readonly stop: () => void;
  /** Goes on with its output in a new connection, whose server wants these chunks next. */
  readonly resumeOutput: (next: NextChunks) => void;
};

/** The number of the next chunk of each stream. */
export type NextChunks = Readonly<Record<'stdout' | 'stderr', number>>;

export function newStanding(): Standing {
  return {
    greeted: undefined,
    claimLimit: 8,
    heartbeatSeconds: 30,
    reportLimitBytes: usualReportBytes,
    besideLimit: 1,
    stopped: new Set(),
    running: new Map(),
  };
}

type Attempt = { readonly run: string; readonly attempt: number };

/** Whether the server has said that this attempt is to be ended, or not to be begun. */
export function isStopped({ standing }: SealedWorker, attempt: Attempt): boolean {
  return standing.stopped.has(nameOf(attempt));
}

/** An operator wants this one ended, or not begun. */
export function noteStop({ standing }: SealedWorker, attempt: Attempt): void {
  standing.stopped.add(nameOf(attempt));
  standing.running.get(nameOf(attempt))?.stop();
}

export function isRunning({ standing }: SealedWorker, attempt: Attempt): boolean {
  return standing.running.has(nameOf(attempt));
}

export function nameOf({ run, attempt }: Attempt): string {
  return `${run} ${attempt}`;
}

/** Whether an answer may have been lost since the last hello, or none was said yet. */
export function mustGreet({ sealed, standing, journal }: SealedWorker): boolean {
  return standing.greeted?.handshakes !== sealed.handshakes() || standing.greeted.journal !== journal;
}

/** Obeys which runs are to be stopped; the other answers are the caller's. Throws a trouble when there is none, after which hello comes first. */
export async function askServer(
  worker: SealedWorker,
  messages: readonly Outgoing[],
  signal?: AbortSignal,
): Promise<ServerMessage[]> {
  const { sealed, standing } = worker;
  try {
    const answers = await sealed.ask(messages, signal);
    for (const answer of answers) if (answer.type === 'stop') noteStop(worker, answer);
    return answers.filter(({ type }) => type !== 'stop');
  } catch (error) {
    // On the live channel it was only waited for no longer.
    if (!sealed.isLive()) standing.greeted = undefined;
    throw error;
  }
}

/** The same with a claim that goes along: it is left out when all this would have to be said again. */
export async function askWithClaim(
  worker: SealedWorker,
  messages: readonly Outgoing[],
  claim: readonly Outgoing[],
  signal?: AbortSignal,
): Promise<ServerMessage[]> {
  try {
    return await askServer(worker, [...messages, ...claim], signal);
  } catch (error) {
    if (!isUnrepeated(error)) throw error;
    return askServer(worker, messages, signal);
  }
}

export function isUnrepeated(error: unknown): boolean {
  return isTrouble(error) && error.code === 'unrepeated';
}

/** A run that came by the sealed protocol and waits in the journal. */
export type HeldGivenRun = HeldRun & { readonly run: JournalRun & { readonly given: GivenRun } };

/** What is held for this server and this host. */
export function heldHere({ journal, serverId, host }: SealedWorker): HeldGivenRun[] {
  return journal
    .held()
    .filter((held): held is HeldGivenRun => held.run.given?.server === serverId && held.run.host === host);
}
