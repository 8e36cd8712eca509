import { type Static, Type } from 'typebox';
import { HostState } from '../values/host.ts';
import { JobState } from '../values/job.ts';
import { RunState } from '../values/run.ts';
import { Uuid } from '../values/text-forms.ts';
import { about, Moment, nullable } from './forms.ts';
import { uuidPath } from './ids.ts';
import type { ApiRoute } from './route.ts';

const at = Moment;
const ofRun = { at, job_id: Uuid, host_id: Type.Integer(), run_id: Uuid };

/** A run came into another state. Runs that a job begins with, queued, are told by the job's own event. */
export const RunEvent = Type.Object({
  kind: Type.Literal('run'),
  ...ofRun,
  state: RunState,
  former_state: about('Null where there was no run before.', nullable(RunState)),
});

/** A part of what a run printed was stored: it can be read at the run's output. */
export const OutputEvent = Type.Object({
  kind: Type.Literal('output'),
  ...ofRun,
  stream: Type.Enum(['stdout', 'stderr']),
  chunk: Type.Integer({ minimum: 0 }),
});

/** A job was made, or came into another state. */
export const JobEvent = Type.Object({
  kind: Type.Literal('job'),
  at,
  job_id: Uuid,
  state: JobState,
  former_state: nullable(JobState),
});

/** A host registered, changed its state or its name, or was removed. */
export const HostEvent = Type.Object({
  kind: Type.Literal('host'),
  at,
  host_id: Type.Integer(),
  name: Type.String(),
  state: about('Null: it was removed.', nullable(HostState)),
  former_state: nullable(HostState),
});

/**
 * What an event of the stream says in its `data`; its `event` is the kind, its `id` the place to go on from
 * (`Last-Event-ID`). Two more events carry no data to speak of: `ready` says where the stream begins, `reset` that what
 * came after the place asked for is forgotten, so that everything is to be read anew.
 */
export const LiveEvent = Type.Union([RunEvent, OutputEvent, JobEvent, HostEvent]);
export type LiveEvent = Static<typeof LiveEvent>;

const kinds = about(
  'Only these, with commas between them: `run,job`.',
  Type.Optional(Type.String({ pattern: '^(run|output|job|host)(,(run|output|job|host))*$', maxLength: 100 })),
);
const after = about(
  'The id of the last event that was seen, where no `Last-Event-ID` can be sent.',
  Type.Optional(Type.String({ maxLength: 100 })),
);

export const eventsRoutes = {
  events: {
    method: 'GET',
    path: '/api/v2/events',
    access: 'viewer',
    summary: 'Follow what happens to jobs, runs, output and hosts (server-sent events)',
    query: Type.Object({
      job: Type.Optional(Uuid),
      host: Type.Optional(Type.Integer({ minimum: 1 })),
      kinds,
      after,
    }),
    success: 200,
    media: 'text/event-stream',
  },
  jobs_events: {
    method: 'GET',
    path: '/api/v2/jobs/{id}/events',
    access: 'viewer',
    summary: 'Follow what happens to one job, its runs and their output (server-sent events)',
    params: uuidPath,
    query: Type.Object({ kinds, after }),
    success: 200,
    media: 'text/event-stream',
  },
} as const satisfies Record<string, ApiRoute>;
