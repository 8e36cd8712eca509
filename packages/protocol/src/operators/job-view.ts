import { type Static, Type } from 'typebox';
import { JobState } from '../values/job.ts';
import { RunState } from '../values/run.ts';
import { Uuid } from '../values/text-forms.ts';
import { about, Moment, nullable } from './forms.ts';
import { JobInterpreter, JobTargets } from './job-request.ts';

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
  kind: about(
    '`standing`: an active command of a commands group; it never ends.',
    Type.Enum(['ad_hoc', 'standing']),
  ),
  state: JobState,
  name: Type.String(),
  command: about(
    'The saved command that it is of.',
    nullable(Type.Object({ id: Type.Integer(), revision: Type.Integer() })),
  ),
  wire_number: Type.Integer(),
  interpreter: JobInterpreter,
  timeout_seconds: Type.Number(),
  targets: about('Hosts that it was made for; null for a standing one.', nullable(Type.Integer())),
  counts: about('Null where a list does not say: of standing jobs.', nullable(RunCounts)),
  wave: about('In hosts; null for no limit.', nullable(Type.Integer())),
  stop_after: nullable(Type.Integer()),
  parent_id: nullable(Uuid),
  by: about('Who made it.', nullable(Type.Object({ kind: Type.String(), name: Type.String() }))),
  created_at: nullable(Moment),
  expires_at: nullable(Moment),
  ended_at: nullable(Moment),
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
  asked_targets: about(
    'As it was asked for; null for a standing job and one that was run again.',
    nullable(JobTargets),
  ),
});
export type JobDetail = Static<typeof JobDetail>;
