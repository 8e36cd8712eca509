import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { RunState } from '@remotes/protocol/values/run';
import type { Scope } from './job.ts';

export type Run = {
  /** Counts all runs; v1 speaks of it as the output's id. */
  number: number;
  id: string;
  jobId: string;
  hostId: number;
  wireNumber: number;
  /** As it was when the run was made: a run stays readable after its command is renamed or gone. */
  commandName: string;
  revision: number;
  attempt: number;
  state: RunState;
  reason: string | null;
  exitCode: number | null;
  signal: string | null;
  /** JSON: what it was handed, names of secret settings only. */
  inputs: string;
  interpreter: Interpreter;
  deliveredAt: number | null;
  /** By the host's own clock. */
  startedAt: number | null;
  stopAskedAt: number | null;
  finishedAt: number | null;
  /** The text that came back as the result: the JSON list of a success, or what a failure said; null for none. */
  result: string | null;
  outputBytes: number;
  outputCutBytes: number;
  isMasked: boolean;
  /** Equal for runs that ended alike; null before the end, and where nothing came back. */
  outcome: string | null;
};

export type NewRun = Omit<
  Run,
  | 'number'
  | 'startedAt'
  | 'stopAskedAt'
  | 'finishedAt'
  | 'result'
  | 'outputBytes'
  | 'outputCutBytes'
  | 'isMasked'
  | 'exitCode'
  | 'signal'
  | 'reason'
  | 'outcome'
>;

export type RunChange = Partial<
  Pick<
    Run,
    | 'state'
    | 'attempt'
    | 'reason'
    | 'revision'
    | 'inputs'
    | 'interpreter'
    | 'deliveredAt'
    | 'startedAt'
    | 'stopAskedAt'
    | 'finishedAt'
    | 'result'
    | 'outputBytes'
    | 'outputCutBytes'
    | 'isMasked'
    | 'exitCode'
    | 'signal'
    | 'outcome'
  >
>;

export type RunFilter = {
  hostId?: number;
  wireNumber?: number;
  state?: RunState;
  /** Only runs with a higher number. */
  afterNumber?: number;
  /** Only runs with a lower number. */
  beforeNumber?: number;
  /** Without those that wait to be handed out. */
  isGiven?: boolean;
  scope?: Scope;
  limit: number;
};

export type RunStatementRow = { statement: string; signature: string; channelKey: string };

export interface RunsTable {
  byId(id: string): Promise<Run | undefined>;
  byNumber(number: number): Promise<Run | undefined>;
  ofHost(hostId: number, wireNumber: number): Promise<Run | undefined>;
  add(run: NewRun): Promise<number>;
  change(number: number, change: RunChange): Promise<void>;
  /** Newest first. */
  list(filter: RunFilter): Promise<Run[]>;
  /** Runs whose time is up, earliest first. */
  overdue(now: number, limit: number): Promise<Run[]>;
  /** The hosts that were given a run of this wire number, however it went; a queued one is still to be given. */
  hostIds(wireNumber: number): Promise<number[]>;
  /** Until when an unfinished run may stay silent. Kept in a small table of its own. */
  setDeadline(run: { number: number; hostId: number }, deadlineAt: number): Promise<void>;
  /** It ended: nothing more is waited for. */
  clearDeadline(number: number): Promise<void>;
  /** This host's runs that have a deadline, in the order of their numbers. */
  unfinishedOfHost(hostId: number): Promise<Run[]>;
  /** Which unfinished runs of these hosts are to end. */
  toStop(hostIds: readonly number[]): Promise<{ hostId: number; id: string; attempt: number }[]>;
  /** How many of this host's runs stand here by its word alone. */
  countRecalled(hostId: number): Promise<number>;
  /** What the host signed about this run; a later statement takes the place of the former. */
  keepStatement(number: number, statement: RunStatementRow): Promise<void>;
  statement(number: number): Promise<RunStatementRow | undefined>;
  /** Commands groups that this host may not go on with: a run of theirs is unfinished or failed. */
  holdsOfHost(hostId: number): Promise<{ commandsGroupId: number; runNumber: number }[]>;
  /** The hosts that may not go on with this commands group. */
  heldHostIds(commandsGroupId: number): Promise<number[]>;
  hold(hostId: number, commandsGroupId: number, runNumber: number): Promise<void>;
  /** Lifts what this run held, whichever commands group its command belongs to by now. */
  release(number: number): Promise<void>;
}

export type OutputStream = 'stdout' | 'stderr';

export type OutputHead = { runNumber: number; stream: OutputStream; bytes: Uint8Array };

/** `bytesBefore`: of its stream, up to and with the piece that was asked after. */
export type OutputPiece = { stream: OutputStream; chunk: number; bytes: Uint8Array; bytesBefore: number };

export interface OutputsTable {
  addChunk(runNumber: number, stream: OutputStream, chunk: number, bytes: Uint8Array): Promise<void>;
  chunks(runNumber: number): Promise<{ stream: OutputStream; chunk: number; bytes: Uint8Array }[]>;
  /** So many pieces at most of those behind this number, in the order in which they were stored. */
  page(runNumber: number, after: number, limit: number): Promise<OutputPiece[]>;
  /** The number that the next piece gets; 0 where there is none. */
  nextChunk(runNumber: number): Promise<number>;
  /** The beginnings of what these runs printed, each so many bytes at most, in pieces to be put together in their order. */
  heads(runNumbers: readonly number[], bytes: number): Promise<OutputHead[]>;
  remove(runNumber: number): Promise<void>;
}
