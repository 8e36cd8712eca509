import type { Outcome } from '../host/outcome.ts';

/** Which command of which server is run, and as which host. */
export type JournalRun = {
  readonly serverUrl: string;
  /** The host's uuid. */
  readonly host: string;
  readonly commandId: number;
  readonly name?: string | undefined;
};

/** A run whose outcome the server has not stored yet. */
export type HeldRun = {
  readonly id: string;
  readonly run: JournalRun;
  readonly begunAtMs: number;
  /** The machine was started anew since the run began. */
  readonly isFromEarlierBoot: boolean;
  /** Undefined when the run began, or may have begun, and how it ended is not known. */
  readonly outcome?: Outcome | undefined;
};

export type JournalRefusal = {
  readonly refused: 'locked' | 'journal_full' | 'journal_unusable';
  readonly sentence: string;
};

export type Journal = {
  /** Writes down that a run begins, synced: only then may its process start. The answer is the run's id. */
  begin(run: JournalRun): Promise<string | JournalRefusal>;
  /** Keeps outcome, output and result, synced. After a refusal they are held in memory only. */
  finish(id: string, outcome: Outcome): Promise<JournalRefusal | undefined>;
  /** The server has stored this run: it may be forgotten. */
  stored(id: string): Promise<JournalRefusal | undefined>;
  /** What the server has not stored yet, oldest first. Those without an outcome are running or were interrupted. */
  held(): readonly HeldRun[];
  /** What was found damaged at opening, a sentence each. */
  readonly notices: readonly string[];
  close(): Promise<void>;
};

/** Opens the journal in this folder (made when absent) for this process alone, until it is closed. */
export function openJournal(
  _folder: string,
  _limits?: { readonly limitBytes?: number },
): Promise<Journal | JournalRefusal> {
  throw new Error('not yet');
}

export function isJournalRefusal(answer: unknown): answer is JournalRefusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}
