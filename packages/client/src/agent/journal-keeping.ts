import { randomUUID } from 'node:crypto';
import { crashPoint } from '../crash-point.ts';
import type { Outcome } from '../host/outcome.ts';
import { bootMark } from '../host/process-mark.ts';
import type { JournalFile } from './journal-file.ts';
import { type HeldRun, type Holdings, heldRun } from './journal-held.ts';
import type { JournalLock } from './journal-lock.ts';
import { type Past, pastOf, pastRecord } from './journal-past.ts';
import type { HeldRecord, JournalRun, PastRecord } from './journal-record.ts';
import {
  begunBefore,
  type JournalRefusal,
  journalFull,
  journalRefusal,
  journalUnusable,
  lockLost,
} from './journal-refusal.ts';
import { oneAfterTheOther } from './one-after-the-other.ts';

export type Journal = {
  /** A uuid: another one when the journal is another, or when something in it was lost. */
  readonly id: string;
  /** When it was opened, nothing in it or in what it keeps for ever was found damaged or missing. */
  readonly isIntact: boolean;
  /**
   * Shows that the next run can be written down, and keeps room for that: to be asked before a command is fetched, as the
   * server counts it as handed out from then on.
   */
  ready(): Promise<JournalRefusal | undefined>;
  /** Writes down that a run begins, synced: only then may its process start. The answer is the run's id. */
  begin(run: JournalRun): Promise<string | JournalRefusal>;
  /** Keeps outcome, output and result, synced. After a refusal some of it is held in memory only. */
  finish(id: string, outcome: Outcome): Promise<JournalRefusal | undefined>;
  /**
   * The server has stored this run: its output and outcome may be forgotten. Of one that came by the sealed protocol it is kept
   * for ever that it ran; while that can't be written down, the run stays held.
   */
  stored(id: string): Promise<JournalRefusal | undefined>;
  /** The server has stored that this run was refused or stopped, and never begun. What was stopped never will be. */
  keepUnbegun(run: JournalRun, state: 'refused' | 'stopped'): Promise<JournalRefusal | undefined>;
  /** Whether this attempt of a run that came by the sealed protocol, or a later one, has ever begun here. */
  hasBegun(run: string, attempt: number): boolean;
  /** All that was stored and came by the sealed protocol. */
  past(): readonly PastRecord[];
  /** What the server has not stored yet, oldest first. Those without an outcome are running or were interrupted. */
  held(): readonly HeldRun[];
  /** False once another process took this one for dead and the journal for free: then it must be opened anew. */
  isOurs(): Promise<boolean>;
  /** What was found damaged at opening, a sentence each. */
  readonly notices: readonly string[];
  close(): Promise<void>;
};

type Parts = {
  readonly path: string;
  readonly file: JournalFile;
  readonly past: Past;
  readonly lock: JournalLock;
  readonly holdings: Holdings;
  readonly limitBytes: number;
  readonly isIntact: boolean;
  readonly notices: readonly string[];
};

/** Keeps the runs of an open journal: each step is written down before anybody is told of it. */
export function keepJournal({
  path,
  file,
  past,
  lock,
  holdings,
  limitBytes,
  isIntact,
  notices,
}: Parts): Journal {
  const { held, unknown } = holdings;
  // Where none could be written, it is another one at each opening.
  const id = file.id() ?? randomUUID();
  const inTurn = oneAfterTheOther();
  const attempt = async (work: () => Promise<void>): Promise<JournalRefusal | undefined> => {
    if (!(await lock.isHeld())) return lockLost();
    if (file.isBroken()) return journalUnusable(path, 'an earlier write to it failed; start the client anew');
    try {
      await work();
      return undefined;
    } catch (error) {
      return journalRefusal(path, error);
    }
  };

  const keepForEver = (record: PastRecord | undefined): Promise<JournalRefusal | undefined> => {
    if (record === undefined) return Promise.resolve(undefined);
    if (past.isBroken())
      return Promise.resolve(
        journalUnusable(path, 'an earlier write beside it failed; start the client anew'),
      );
    return attempt(async () => {
      await past.add(record);
      // From then on it is missed when it is not there.
      if (file.pastId() !== past.id()) await compact(file, past, holdings).catch(() => {});
    });
  };

  const hasBegun = (run: string, attempt: number) =>
    past.hasBegun(run, attempt) ||
    [...held.values()].some(({ run: { given } }) => given?.run === run && given.attempt >= attempt);

  const withinLimit = async (): Promise<JournalRefusal | undefined> => {
    const isAbove = () => file.sizeBytes() > limitBytes;
    const refusal = isAbove() ? await attempt(() => compact(file, past, holdings)) : undefined;
    if (refusal?.refused === 'locked') return refusal;
    return isAbove() ? journalFull(path) : undefined;
  };

  return Object.freeze({
    id,
    isIntact,
    notices,
    hasBegun,
    past: past.all,
    held: () => [...held.values()].map(heldRun),
    isOurs: () => lock.isHeld(),

    ready: () => inTurn(async () => (await withinLimit()) ?? (await attempt(file.reserve))),

    begin: (run: JournalRun) =>
      inTurn(async () => {
        const full = await withinLimit();
        if (full !== undefined) return full;
        // Whatever a server says, and whoever asks: nothing is begun twice.
        if (run.given !== undefined && hasBegun(run.given.run, run.given.attempt)) return begunBefore();
        crashPoint('journal-before-begin');
        const record = {
          kind: 'begun',
          id: randomUUID(),
          run: { ...run, name: run.name?.slice(0, longestName) },
          begunAtMs: Date.now(),
          boot: bootMark(),
        } as const;
        const refusal = await attempt(() => file.append(record, true));
        if (refusal !== undefined) return refusal;
        held.set(record.id, record);
        crashPoint('journal-begun');
        return record.id;
      }),

    finish: (id: string, outcome: Outcome) =>
      inTurn(async () => {
        crashPoint('program-ended');
        const begun = held.get(id);
        if (begun === undefined) throw new Error(`the journal holds no run ${id}`);
        const record: HeldRecord = { ...begun, kind: 'finished', outcome };
        held.set(id, record);
        const refusal = await attempt(() => file.append(record, true));
        // How it ended and what it returned are small, and may find room where the output did not.
        if (refusal !== undefined)
          await attempt(() => file.append({ ...record, outcome: withoutOutput(outcome) }, true));
        crashPoint('journal-finished');
        return refusal;
      }),

    stored: (id: string) =>
      inTurn(async () => {
        const record = held.get(id);
        if (record === undefined) return undefined;
        const unkept = await keepForEver(pastOf(record));
        if (unkept !== undefined) return unkept;
        crashPoint('past-kept');
        held.delete(id);
        // Not synced: what a power cut brings back is only asked about once more.
        const isEmpty = held.size === 0 && unknown.length === 0;
        const refusal = await attempt(() =>
          isEmpty ? file.clear() : file.append({ kind: 'stored', id }, false),
        );
        crashPoint('journal-stored');
        return refusal;
      }),

    keepUnbegun: (run: JournalRun, state: 'refused' | 'stopped') =>
      inTurn(async () => {
        if (run.given !== undefined && hasBegun(run.given.run, run.given.attempt)) return undefined;
        return keepForEver(pastRecord(run, { state }));
      }),

    close: () =>
      inTurn(async () => {
        await file.close();
        await past.close();
        await lock.release();
      }),
  });
}

/** A record with a name of any length would not fit into the room that was kept for it. */
const longestName = 200;

/** Writes the file anew, with what is still held. */
export function compact(
  file: JournalFile,
  past: Past,
  { held, unknown }: Holdings,
  isNew = false,
): Promise<void> {
  return file.replace([...unknown, ...held.values()], { isNew, pastId: past.id() });
}

function withoutOutput(outcome: Outcome): Outcome {
  const empty = Buffer.alloc(0);
  const cutBytes = {
    stdout: outcome.cutBytes.stdout + outcome.stdout.length,
    stderr: outcome.cutBytes.stderr + outcome.stderr.length,
  };
  return { ...outcome, stdout: empty, stderr: empty, cutBytes };
}
