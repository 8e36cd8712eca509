import type { JobTargets } from '@remotes/protocol/operators/job-request';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { JobState } from '@remotes/protocol/values/job';
import type { RunState } from '@remotes/protocol/values/run';
import type { Author } from '../operators/actor.ts';
import type { Run } from './run.ts';
import type { Setting } from './setting.ts';

/** A setting as a run is handed it: sealed where it is secret. */
export type HandedSetting = Pick<Setting, 'name' | 'value' | 'isSecret'>;

/** What a program is handed under a name: a text, or a host's own value of a variable. */
export type JobVariable = { name: string; text: string } | { name: string; variableId: number };

export type RunCounts = Record<RunState, number>;

/** A job that was made for a list of hosts. What it runs and hands over is frozen. */
export type AdHocJob = {
  kind: 'ad_hoc';
  id: string;
  wireNumber: number;
  state: JobState;
  name: string;
  /** The saved command that it is of, and that command's revision. */
  ofCommandId: number | null;
  revision: number;
  /** `auto`: each run says which. */
  interpreter: Interpreter | 'auto';
  timeoutSeconds: number;
  program: string;
  settings: readonly HandedSetting[];
  variables: readonly JobVariable[];
  outputVariables: readonly number[];
  /** As it was asked for; null where it runs another job again. */
  askedTargets: JobTargets | null;
  targets: number;
  /** How many of its runs may be under way at once; null for any number. */
  waveSize: number | null;
  /** How many may fail before nothing more is handed out. */
  stopAfter: number | null;
  expiresAt: number;
  parentId: string | null;
  by: Pick<Author, 'kind' | 'name'>;
  operatorId: number | null;
  createdAt: number;
  endedAt: number | null;
  /** Its runs by state, once it has ended. */
  counts: RunCounts | null;
};

export type StandingJob = {
  kind: 'standing';
  id: string;
  wireNumber: number;
  commandId: number;
  createdAt: number;
};

export type NewJob = Omit<AdHocJob, 'kind' | 'wireNumber' | 'state' | 'endedAt' | 'counts'>;

/** Hosts groups that somebody's rights are narrowed to; null: to none. */
export type Scope = readonly number[] | null;

export type JobFilter = {
  kind?: 'ad_hoc' | 'standing';
  /** Those that may be seen in this state, and some besides: see domain/jobs/jobs-listed. */
  state?: JobState;
  commandId?: number;
  parentId?: string;
  /** Only jobs that were made before this one. */
  before?: { createdAt: number; id: string };
  scope: Scope;
  limit: number;
};

/** What a job with a wave or an end keeps count of. */
export type JobStanding = { state: JobState; inFlight: number; failures: number };

export interface JobsTable {
  /** Adds an ad-hoc job under the next wire number, which it answers. */
  add(job: NewJob): Promise<number>;
  /** Ad-hoc jobs that have not ended. */
  open(): Promise<AdHocJob[]>;
  byId(id: string): Promise<AdHocJob | StandingJob | undefined>;
  byWireNumber(wireNumber: number): Promise<AdHocJob | StandingJob | undefined>;
  /** Newest first. */
  list(filter: JobFilter): Promise<(AdHocJob | StandingJob)[]>;
  /** What the job counts; until the end of the decision nobody else changes it. */
  lock(wireNumber: number): Promise<JobStanding | undefined>;
  /** Of these jobs, those that hand nothing out now: their wave is full, or they are not open. */
  full(wireNumbers: readonly number[]): Promise<number[]>;
  /** Adds to what the job counts; answers how it stands then. */
  count(wireNumber: number, added: { inFlight: number; failures: number }): Promise<JobStanding | undefined>;
  changeState(wireNumber: number, state: JobState): Promise<void>;
  /** Open jobs of which no run is open. */
  finished(): Promise<number[]>;
  /** It is over: an open one counts as ended, any other one stays what it is. */
  end(wireNumber: number, at: number, counts: RunCounts): Promise<void>;
  /** A late report changed what an ended job had counted. */
  recount(wireNumber: number, counts: RunCounts): Promise<void>;
}

/** A run that is made with its job. */
export type NewQueuedRun = { id: string; hostId: number; interpreter: Interpreter; inputs: string };

/** How runs that wait to be handed out end without that. */
export type Closing = { state: 'cancelled' | 'expired'; reason: string | null; at: number };

export type OutcomeRow = { state: RunState; outcome: string | null; runs: number; sampleHostId: number };

/** The runs of one job, as many at once. */
export interface JobRunsTable {
  /** Makes them all, waiting to be handed out. */
  addQueued(
    job: Pick<Run, 'jobId' | 'wireNumber' | 'commandName' | 'revision'>,
    runs: readonly NewQueuedRun[],
  ): Promise<void>;
  /** Ends those that wait, of all hosts or of these; answers how many. */
  closeQueued(wireNumber: number, closing: Closing, hostIds: readonly number[] | null): Promise<number>;
  /** The hosts of runs in one of these states, within the scope, by id. */
  hostIds(wireNumber: number, states: readonly RunState[], scope: Scope): Promise<number[]>;
  /** Asks the runs under way on these hosts to end, where they were not asked before; answers how many. */
  askToStop(wireNumber: number, at: number, hostIds: readonly number[]): Promise<number>;
  counts(wireNumber: number, scope: Scope): Promise<RunCounts>;
  /** When the last of its runs within the scope came to its end. */
  lastFinishedAt(wireNumber: number, scope: Scope): Promise<number | null>;
  /** Runs that ended alike, most first; those that nothing came back of have no outcome. With how many groups and runs there are in all. */
  outcomes(
    wireNumber: number,
    scope: Scope,
    limit: number,
  ): Promise<{ rows: OutcomeRow[]; groups: number; runs: number }>;
  /** Whether moves of runs wait to be added to what is kept of each job for counting. Counts are exact either way. */
  hasMoves(): Promise<boolean>;
  foldMoves(): Promise<void>;
  /** By host id. */
  page(
    wireNumber: number,
    asked: {
      state?: RunState;
      outcome?: string;
      /** Only on these. */
      hostIds?: readonly number[];
      afterHostId?: number;
      scope: Scope;
      limit: number;
    },
  ): Promise<Run[]>;
}
