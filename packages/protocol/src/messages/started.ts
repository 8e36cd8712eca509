import { type Static, Type } from 'typebox';
import { TimeMs, Uuid } from '../values/text-forms.ts';

/** Client to server: the program runs. Said again now and then it is a sign of life. */
export const Started = Type.Object({
  type: Type.Literal('started'),
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
  started_at_ms: TimeMs,
});
export type Started = Static<typeof Started>;

/** Server to client: end this run, with everything that it started, or do not begin it. Answers any report. */
export const Stop = Type.Object({
  type: Type.Literal('stop'),
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
});
export type Stop = Static<typeof Stop>;
