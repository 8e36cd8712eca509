import { type Static, type TSchema, Type } from 'typebox';
import { Interpreter, interpreters } from '../values/interpreter.ts';
import { AgainOn, HostsShare, JobState } from '../values/job.ts';
import { RunState } from '../values/run.ts';
import { Uuid } from '../values/text-forms.ts';
import { uuidPath } from './ids.ts';
import { OutcomeGroup } from './outcome-group.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';
import { RunView } from './runs.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const Moment = nullable(Type.String({ format: 'date-time' }));
const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Names = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 });

/** `auto`: `sh`, and PowerShell where the host says that it runs Windows. */
export const JobInterpreter = Type.Enum([...interpreters, 'auto']);
export type JobInterpreter = Static<typeof JobInterpreter>;

/**
 * The hosts that are meant: those named, and the members of the groups; `where` (a filter, see values/host-filter)
 * narrows them, or selects alone. Only verified hosts are ever meant.
 */
export const JobTargets = Type.Object({
  /** Names, ids or uuids. */
  hosts: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { maxItems: 100_000 })),
  /** Names. */
  hosts_groups: Type.Optional(Names),
  where: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
});
export type JobTargets = Static<typeof JobTargets>;

/** What is to run: a saved command by its id, or a program given on the spot with the members that belong to it. */
const order = {
  command: Type.Optional(Id),
  program: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000_000 })),
  /** `sh` where it is not said. */
  interpreter: Type.Optional(JobInterpreter),
  /** Also in place of a saved command's own. Without a saved command 60. */
  timeout_seconds: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 604_800 })),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  /** Names of settings that the program is handed. */
  settings: Type.Optional(Names),
  /** By the name that the program knows it by: a text, or the variable whose value of the host it is. */
  variables: Type.Optional(
    Type.Record(
      Type.String({ minLength: 1, maxLength: 200 }),
      Type.Union([Type.String({ maxLength: 100_000 }), Type.Object({ variable: Id })]),
    ),
  ),
  /** Item *n* of the result is saved to the variable with the id at *n*. */
  output_variables: Type.Optional(Type.Array(Id, { maxItems: 100 })),
};

/** How it goes about it. */
const rules = {
  /** How many hosts may have it under way at once. */
  wave: Type.Optional(HostsShare),
  /** How many may fail before nothing more is handed out. */
  stop_after: Type.Optional(HostsShare),
  /** Hosts that are away still get it until then; a day where it is not said. */
  expires_in_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  /** Hosts that cannot be given it are left out; else they are a refusal. */
  skip_unsuitable: Type.Optional(Type.Boolean()),
};

/** How many hosts it may run on, as far as was agreed to; wanted above the number that a setting names. */
const yes = Type.Optional(Type.Integer({ minimum: 0 }));

const JobRequest = Type.Object({ ...order, targets: JobTargets, ...rules, yes });
export type JobRequest = Static<typeof JobRequest>;

const AgainRequest = Type.Object({ which: AgainOn, ...rules, yes });
export type AgainRequest = Static<typeof AgainRequest>;

/** Runs by state; states that none is in are 0. Narrowed accounts count the runs of their hosts. */
export const RunCounts = Type.Object(
  Object.fromEntries(RunState.enum.map((state) => [state, Type.Integer()])) as Record<
    RunState,
    ReturnType<typeof Type.Integer>
  >,
);
export type RunCounts = Static<typeof RunCounts>;

/** A job as lists show it. Times are RFC 3339 texts in UTC. */
const jobMembers = {
  id: Uuid,
  /** `standing`: an active command of a commands group; it never ends. */
  kind: Type.Enum(['ad_hoc', 'standing']),
  state: JobState,
  name: Type.String(),
  /** The saved command that it is of. */
  command: nullable(Type.Object({ id: Type.Integer(), revision: Type.Integer() })),
  wire_number: Type.Integer(),
  interpreter: JobInterpreter,
  timeout_seconds: Type.Number(),
  /** Hosts that it was made for; null for a standing one. */
  targets: nullable(Type.Integer()),
  /** Null where a list does not say: of standing jobs. */
  counts: nullable(RunCounts),
  /** In hosts; null for no limit. */
  wave: nullable(Type.Integer()),
  stop_after: nullable(Type.Integer()),
  parent_id: nullable(Uuid),
  /** Who made it. */
  by: nullable(Type.Object({ kind: Type.String(), name: Type.String() })),
  created_at: Moment,
  expires_at: Moment,
  ended_at: Moment,
};
export const JobView = Type.Object(jobMembers);
export type JobView = Static<typeof JobView>;

/** The same with what it runs. */
export const JobDetail = Type.Object({
  ...jobMembers,
  program: Type.String(),
  settings: Type.Array(Type.String()),
  variables: Type.Record(
    Type.String(),
    Type.Union([Type.String(), Type.Object({ variable: Type.Integer() })]),
  ),
  output_variables: Type.Array(Type.Integer()),
  /** As it was asked for; null for a standing job and one that was run again. */
  asked_targets: nullable(JobTargets),
});
export type JobDetail = Static<typeof JobDetail>;

const Presence = Type.Enum(['online', 'away', 'never']);
const HostName = Type.Object({ id: Type.Integer(), name: Type.String() });

/** What a job would be: nothing is made. */
export const JobPreview = Type.Object({
  /** How many hosts. */
  targets: Type.Integer(),
  away: Type.Integer(),
  /** Never seen since they registered. */
  never: Type.Integer(),
  /** Making it wants `yes` to say this number of targets. */
  needs_yes: Type.Boolean(),
  /** Named or selected hosts that cannot be given it: refused, or left out with `skip_unsuitable`. */
  unsuitable: Type.Array(Type.Object({ ...HostName.properties, reason: Type.String() })),
  unsuitable_count: Type.Integer(),
  name: Type.String(),
  wave: nullable(Type.Integer()),
  stop_after: nullable(Type.Integer()),
  /** What one of them would be given, secrets masked; null without targets. */
  sample: nullable(
    Type.Object({
      host: HostName,
      interpreter: Interpreter,
      timeout_seconds: Type.Number(),
      program: Type.String(),
      settings: Type.Record(Type.String(), Type.String()),
      variables: Type.Record(Type.String(), nullable(Type.String())),
    }),
  ),
  /** A page of the targets, by id. */
  items: Type.Array(
    Type.Object({ ...HostName.properties, presence: Presence, protocol: Type.Enum(['v1', 'sealed']) }),
  ),
  next: nullable(Type.String()),
});
export type JobPreview = Static<typeof JobPreview>;

const ForAgain = Type.Object({ job: Uuid, which: AgainOn });

/** Jobs: one asking – this command, these hosts, under these rules. */
export const jobsRoutes = {
  jobs_list: {
    method: 'GET',
    path: '/api/v2/jobs',
    access: 'viewer',
    summary: 'List jobs, newest first',
    query: Type.Object({
      ...pageQuery,
      kind: Type.Optional(Type.Enum(['ad_hoc', 'standing'])),
      state: Type.Optional(JobState),
      /** Of this saved command. */
      command: Type.Optional(Id),
      /** Runs of this one again. */
      parent: Type.Optional(Uuid),
    }),
    success: 200,
    answer: pageOf(JobView),
  },
  jobs_create: {
    method: 'POST',
    path: '/api/v2/jobs',
    access: 'operator',
    summary: 'Make a job: from now on its hosts are given it. The list of hosts and their inputs are frozen',
    body: JobRequest,
    success: 201,
    answer: JobDetail,
    isCreating: true,
  },
  jobs_preview: {
    method: 'POST',
    path: '/api/v2/jobs/preview',
    access: 'operator',
    summary: 'Show what a job would be, or one that is run again, and for which hosts: nothing is made',
    body: Type.Object({
      ...order,
      targets: Type.Optional(JobTargets),
      /** In place of an order and targets. */
      again: Type.Optional(ForAgain),
      ...rules,
      ...pageQuery,
    }),
    success: 200,
    answer: JobPreview,
  },
  jobs_cancel_waiting: {
    method: 'POST',
    path: '/api/v2/jobs/cancel-waiting',
    access: 'operator',
    summary:
      'Cancel runs of ad-hoc jobs that wait to be handed out: of these jobs, or on these hosts, or both',
    body: Type.Object({
      jobs: Type.Optional(Type.Array(Uuid, { minItems: 1, maxItems: 1000 })),
      targets: Type.Optional(JobTargets),
      /** Count and cancel nothing. */
      dry_run: Type.Optional(Type.Boolean()),
    }),
    success: 200,
    answer: Type.Object({ runs: Type.Integer(), jobs: Type.Integer() }),
  },
  jobs_show: {
    method: 'GET',
    path: '/api/v2/jobs/{id}',
    access: 'viewer',
    summary: 'Show a job, with its runs counted by state',
    params: uuidPath,
    success: 200,
    answer: JobDetail,
  },
  jobs_runs: {
    method: 'GET',
    path: '/api/v2/jobs/{id}/runs',
    access: 'viewer',
    summary: 'List the runs of a job by host id; of one outcome, together with its state',
    params: uuidPath,
    query: Type.Object({
      ...pageQuery,
      state: Type.Optional(RunState),
      outcome: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    success: 200,
    answer: pageOf(RunView),
  },
  jobs_outcomes: {
    method: 'GET',
    path: '/api/v2/jobs/{id}/outcomes',
    access: 'viewer',
    summary: 'Group the runs of a job that ended alike, the biggest group first',
    params: uuidPath,
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })) }),
    success: 200,
    answer: Type.Object({
      groups: Type.Array(OutcomeGroup),
      /** Groups beyond these, and the runs in them. */
      other_groups: Type.Integer(),
      other_runs: Type.Integer(),
    }),
  },
  jobs_stop: {
    method: 'POST',
    path: '/api/v2/jobs/{id}/stop',
    access: 'operator',
    summary: 'Stop a job: what was not handed out is cancelled, what runs is asked to end',
    params: uuidPath,
    success: 200,
    answer: Type.Object({
      cancelled: Type.Integer(),
      asked: Type.Integer(),
      /** Under way on hosts of the v1 protocol, which cannot be told. */
      not_stoppable: Type.Integer(),
      job: JobDetail,
    }),
  },
  jobs_again: {
    method: 'POST',
    path: '/api/v2/jobs/{id}/again',
    access: 'operator',
    summary: 'Run a job again on some of its hosts: a new job that names it as its parent',
    params: uuidPath,
    body: AgainRequest,
    success: 201,
    answer: JobDetail,
    isCreating: true,
  },
} as const satisfies Record<string, ApiRoute>;
