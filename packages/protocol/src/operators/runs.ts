import { type Static, Type } from 'typebox';
import { Interpreter } from '../values/interpreter.ts';
import { RunState } from '../values/run.ts';
import { Uuid } from '../values/text-forms.ts';
import { about, Moment, Named, nullable } from './forms.ts';
import { uuidPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

const runMembers = {
  id: Uuid,
  number: Type.Integer(),
  job_id: Uuid,
  host: Named,
  command: Type.Object({ name: Type.String(), revision: Type.Integer() }),
  wire_number: Type.Integer(),
  state: RunState,
  reason: about(
    'Why it ended so, where the state alone does not say: `no_report`, `halted`, `interpreter_missing` …',
    nullable(Type.String()),
  ),
  attempt: Type.Integer(),
  interpreter: Interpreter,
  exit_code: nullable(Type.Integer()),
  signal: nullable(Type.String()),
  delivered_at: nullable(Moment),
  started_at: about("By the host's own clock.", nullable(Moment)),
  stop_asked_at: nullable(Moment),
  finished_at: nullable(Moment),
  result: about('The JSON list that it returned, as text, or what a failure said.', nullable(Type.String())),
  output_bytes: Type.Integer(),
  output_cut_bytes: about('What is missing in the middle.', Type.Integer()),
  is_masked: about('Values of secret settings in its output were masked.', Type.Boolean()),
  outcome: about(
    'Equal for runs that ended alike: exit code, result and output; null before the end.',
    nullable(Type.String()),
  ),
};

/** One host carrying out one job. Times are RFC 3339 texts in UTC; null where there was no such moment yet. */
export const RunView = Type.Object(runMembers);
export type RunView = Static<typeof RunView>;

/** The same with what it was handed (of secret settings the name alone), and what the host signed about its end. */
export const RunDetail = Type.Object({
  ...runMembers,
  inputs: Type.Object({
    settings: Type.Record(
      Type.String(),
      Type.Union([Type.String(), Type.Object({ secret: Type.Literal(true) })]),
    ),
    variables: Type.Record(Type.String(), nullable(Type.String())),
  }),
  signed: nullable(
    /** Statement and signature are null where secrets were masked in the output, for all but admins. */
    Type.Object({
      statement: nullable(Type.String()),
      signature: nullable(Type.String()),
      channel_key: Type.String(),
    }),
  ),
});

/** A piece of what a run printed. `base64` stands in place of `text` where the bytes are no UTF-8. */
const OutputChunk = Type.Object({
  stream: Type.Enum(['stdout', 'stderr']),
  chunk: Type.Integer(),
  offset: about(
    'Where it begins in its stream, in bytes. A host that loses its connection may say its output anew, in other pieces: ' +
      'the stream has the same bytes then, so what is there already is passed over.',
    Type.Integer(),
  ),
  text: Type.Optional(Type.String()),
  base64: Type.Optional(Type.String()),
});

/** Runs: what hosts carried out, of whichever job. */
export const runsRoutes = {
  runs_list: {
    method: 'GET',
    path: '/api/v2/runs',
    access: 'viewer',
    summary:
      'List runs, newest first. Those that wait to be handed out are named only when their state is asked for.',
    query: Type.Object({
      ...pageQuery,
      host: Type.Optional(Type.Integer({ minimum: 1 })),
      job: Type.Optional(Uuid),
      state: Type.Optional(RunState),
    }),
    success: 200,
    answer: pageOf(RunView),
  },
  runs_show: {
    method: 'GET',
    path: '/api/v2/runs/{id}',
    access: 'viewer',
    summary: 'Show one run',
    params: uuidPath,
    success: 200,
    answer: RunDetail,
  },
  runs_output: {
    method: 'GET',
    path: '/api/v2/runs/{id}/output',
    access: 'viewer',
    summary: 'Read what a run printed, in pieces: `after` is the number of the last piece that was read',
    params: uuidPath,
    query: Type.Object({
      after: about(
        'The number of the last piece that was read.',
        Type.Optional(Type.Integer({ minimum: -1, default: -1 })),
      ),
    }),
    success: 200,
    answer: Type.Object({
      state: RunState,
      output_bytes: Type.Integer(),
      output_cut_bytes: Type.Integer(),
      is_masked: Type.Boolean(),
      chunks: Type.Array(OutputChunk),
      next: about('The number to go on after; null when there is no more.', nullable(Type.Integer())),
    }),
  },
  runs_stream: {
    method: 'GET',
    path: '/api/v2/runs/{id}/output/{stream}',
    access: 'viewer',
    summary: 'Fetch the whole of stdout, stderr or the result, byte for byte',
    params: Type.Object({ id: Uuid, stream: Type.Enum(['stdout', 'stderr', 'result']) }),
    success: 200,
    media: 'application/octet-stream',
  },
  runs_stop: {
    method: 'POST',
    path: '/api/v2/runs/{id}/stop',
    access: 'operator',
    summary:
      'End a run: its host is told at once where it is connected, else at its next sign of life; one that was not handed out yet is cancelled',
    params: uuidPath,
    success: 200,
    answer: Type.Object({ run: RunView, done: Type.Enum(['asked', 'asked_before', 'cancelled']) }),
  },
} as const satisfies Record<string, ApiRoute>;
