import { type Static, Type } from 'typebox';

/** Every state a run can be in. Which may follow which is decided in the server's `domain/run-moves`. */
export const RunState = Type.Enum([
  'queued',
  'delivered',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'stopped',
  'interrupted',
  'cancelled',
  'expired',
  'refused',
]);
export type RunState = Static<typeof RunState>;
